/** Values that only the measuring commands take. */
import { InvalidArgumentError } from "commander";
import { LEAST_BYTES_PER_S, MAX_STALL_PERIOD_MS } from "../../bench/wire/slow_reader.ts";
import { list, percentage, timeSpan } from "../cli/values.ts";

/** Sizes of a message: 1, or large enough to carry its number. */
export function messageSizes(largest: number): (text: string) => number[] {
  const read = list([1, largest], "1,64, or 8..1KiB", "bytes");
  return (text) => {
    const sizes = read(text);
    const odd = sizes.find((size) => size > 1 && size < 8);
    if (odd !== undefined) {
      throw new InvalidArgumentError(
        `A message is 1 byte, or from 8 bytes on, which carry its number; ${odd} is neither.`,
      );
    }
    return sizes;
  };
}

/** Rates such as 200k, 1.5M or 2e5, in messages/s, ascending and each once. */
export function rates(text: string): number[] {
  const values = text.split(",").map((part) => {
    const match = /^(\d+(?:\.\d+)?(?:e\d{1,2})?)(k|M|)$/.exec(part.trim());
    return match === null ? NaN : Number(match[1]) * { k: 1e3, M: 1e6, "": 1 }[match[2]]!;
  });
  if (!values.every((value) => value >= 1 && value <= 1e9)) {
    throw new InvalidArgumentError("Give messages/s, such as 200k or 20k,50k,1.5M.");
  }
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Shares of a capacity such as 25%,50%, as numbers up to 1, ascending and each once. */
export function shares(text: string): number[] {
  const values = text.split(",").map((part) => percentage(part) / 100);
  if (!values.every((value) => value <= 1)) {
    throw new InvalidArgumentError("Give shares of the capacity up to 100%, such as 25%,50%.");
  }
  return [...new Set(values)].sort((a, b) => a - b);
}

/** A stall such as 200ms/1s: nothing is read for so long of every so long. */
export function stall(text: string): { forMs: number; everyMs: number } {
  const [forMs, everyMs, ...rest] = text.split("/").map(timeSpan(1, MAX_STALL_PERIOD_MS));
  if (everyMs === undefined || rest.length > 0 || forMs >= everyMs) {
    throw new InvalidArgumentError("Give a stall and its period, such as 200ms/1s.");
  }
  return { forMs, everyMs };
}

/** Bytes a second such as 50MB/s or 8MiB/s. */
export function byteRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(k|M|G|)(i?)B\/s$/i.exec(text.trim());
  const power = ["", "k", "m", "g"].indexOf((match?.[2] ?? "").toLowerCase());
  const value = match === null
    ? NaN
    : Number(match[1]) * (match[3] === "" ? 1_000 : 1_024) ** power;
  if (!(value >= LEAST_BYTES_PER_S)) {
    throw new InvalidArgumentError("Give bytes a second, such as 50MB/s.");
  }
  return Math.round(value);
}

/** `host:port`, or `[host]:port` where the host has colons of its own. */
export function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("Give host:port, such as 192.0.2.7:7070 or [2001:db8::7]:7070.");
  }
  return { host: match[1] ?? match[2], port };
}
