/** How every command parses a value: a count, a share, a time, a size, or a list of them. */
import { InvalidArgumentError } from "commander";

/** Parses a whole number in a range: 1000, 1_000 or 1e3. */
export function count(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = countOf(text);
    if (!(value >= min && value <= max)) {
      const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
      throw new InvalidArgumentError(`Give a whole number, ${range}.`);
    }
    return value;
  };
}

function countOf(text: string): number {
  const value = /^\d[\d_]*$|^\d+(\.\d+)?e\d{1,2}$/i.test(text.trim())
    ? Number(text.trim().replaceAll("_", ""))
    : NaN;
  return Number.isSafeInteger(value) ? value : NaN;
}

/** Parses a share such as 10%, and returns it in percent. */
export function percentage(text: string): number {
  const value = /^\d+(\.\d+)?\s*%?$/.test(text.trim()) ? Number.parseFloat(text) : NaN;
  if (!(value > 0 && value <= Number.MAX_SAFE_INTEGER)) {
    throw new InvalidArgumentError("Give a percentage above 0, such as 10%.");
  }
  return value;
}

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A time in the largest unit that gives a whole number, in the form that options take: 90s, 2m. */
function shortTime(ms: number): string {
  const [unit, size] = Object.entries(UNITS_MS).findLast(([, size]) => ms % size === 0)!;
  return ms === 0 ? "0s" : `${ms / size}${unit}`;
}

/** Parses a time such as 500ms, 5s, 2m or 1h, and returns ms. A number without a unit is seconds. */
export function timeSpan(
  min = 1,
  max = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|)$/.exec(text.trim());
    const value = match === null ? NaN : Math.round(Number(match[1]) * UNITS_MS[match[2] || "s"]);
    if (!(value >= min && value <= max)) {
      const range = max === Number.MAX_SAFE_INTEGER
        ? `${shortTime(min)} or more`
        : `from ${shortTime(min)} to ${shortTime(max)}`;
      throw new InvalidArgumentError(`Give a time such as 500ms, 5s or 1m, ${range}.`);
    }
    return value;
  };
}

/** Parses a number of bytes, plain or followed by KiB, MiB or GiB. */
export function byteSize(min: number): (text: string) => number {
  return (text) => {
    const value = bytesOf(text);
    if (!(value >= min && value <= Number.MAX_SAFE_INTEGER)) {
      throw new InvalidArgumentError(`Give bytes, ${min} or more, such as 65536, 64KiB or 4MiB.`);
    }
    return value;
  };
}

function bytesOf(text: string): number {
  const match = /^([^]*?)\s*(B|KiB|MiB|GiB|)$/i.exec(text.trim());
  const power = ["", "kib", "mib", "gib"].indexOf(match![2].toLowerCase().replace(/^b$/, ""));
  return countOf(match![1]) * 1024 ** power;
}

/**
 * Parses a list such as 1,16,256 or 1..8192 (the powers of two). Returns ascending numbers without duplicates.
 * @param example what the option takes, for the error message
 */
export function list([min, max]: [number, number], example: string): (text: string) => number[] {
  return (text) => {
    const values = text.split(",").flatMap((part) => {
      const [from, to, ...rest] = part.split("..").map(countOf);
      if (rest.length > 0) return [NaN];
      return to === undefined ? [from] : from >= min && to >= from ? powersOfTwo(from, to) : [NaN];
    });
    if (values.length === 0 || !values.every((value) => value >= min && value <= max)) {
      throw new InvalidArgumentError(
        `Give whole numbers from ${min} to ${max}, such as ${example} for the powers of two.`,
      );
    }
    return [...new Set(values)].sort((a, b) => a - b);
  };
}

/** The powers of two from one number to another, both included. */
export function powersOfTwo(from: number, to: number): number[] {
  const values = [];
  for (let value = 1; value <= to; value *= 2) if (value >= from) values.push(value);
  return values;
}
