/** Reads samples. What a killed process has left incomplete is dropped; anything else that is wrong is an error. */
import { UsageError } from "../cli/command.ts";
import { LATENCY_COLUMNS, namesOf, type Sample, SAMPLE_COLUMNS, SCHEMA } from "./columns.ts";
import { headerLine, parseRows } from "./csv.ts";

export interface Recovered {
  /** The text to which the file must be cut. */
  text: string;
  samples: Sample[];
}

const STATUSES = [
  ...["ok", "pilot", "skipped", "dropped", "lost", "duplicated", "reordered", "corrupt"],
  ...["timeout", "memory-limit", "error"],
];
const NUMBERS = namesOf(SAMPLE_COLUMNS).filter((name) => SAMPLE_COLUMNS[name].kind === "number");
/**
 * A wait is the difference of two clocks, which may be wrong by more than the wait; the column of their error says so.
 */
const MAY_BE_NEGATIVE: ReadonlySet<string> = new Set(
  namesOf(LATENCY_COLUMNS).filter((name) => /^(uncorrected_|end_)?(p\d+|max)_us$/.test(name)),
);
const LINE_FEED = 10;
/**
 * Columns of a torn line that are needed to tell its process: schema, session, round and position. One more shows that
 * the last of these is whole.
 */
const PLACE = namesOf(SAMPLE_COLUMNS).indexOf("position") + 1;

/**
 * The rows of all processes that were written completely. A row is a line, and the rows of a process are one write, of
 * which a kill may leave a part. So what follows the last line end is dropped, and with it the rows before it that are,
 * or may be, of the same process, because the row that is cut off could have been the one that says why the process
 * failed. A write that was cut exactly between two of its rows cannot be told from a complete one.
 * @throws {UsageError} that names the line, if anything else is not as it was written
 */
export function recoverSamples(bytes: Uint8Array, name: string): Recovered {
  const header = headerLine(SAMPLE_COLUMNS);
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  const whole = decoded(bytes.subarray(0, end), name);
  const torn = new TextDecoder().decode(bytes.subarray(end));
  if (whole === "" && header.startsWith(torn)) return { text: header, samples: [] };
  requireHeader(whole, header, name);
  const samples = parseRows(SAMPLE_COLUMNS, whole, name);
  for (const [at, sample] of samples.entries()) requireRow(sample, `${name}, line ${at + 2}`);
  let text = whole;
  if (torn !== "" && samples.length > 0) {
    const last = samples[samples.length - 1];
    const cells = torn.split(",");
    const [, session, round, position] = cells;
    const another = cells.length > PLACE &&
      (session !== last.session || Number(round) !== last.round ||
        Number(position) !== last.position);
    while (!another && samples.length > 0 && isSameProcess(samples[samples.length - 1], last)) {
      samples.pop();
      text = text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1);
    }
  }
  return { text, samples };
}

/** Like `recoverSamples`, for a file that nobody is writing to, so nothing may be torn. */
export function readSamples(bytes: Uint8Array, name: string): Sample[] {
  if (bytes.length > 0 && bytes[bytes.length - 1] !== LINE_FEED) {
    throw new UsageError(
      `${name} ends in the middle of a row; --resume goes on with it, summarize drops that row`,
    );
  }
  return recoverSamples(bytes, name).samples;
}

function decoded(bytes: Uint8Array, name: string): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    for (let from = 0, line = 1; from < bytes.length; line++) {
      const end = bytes.indexOf(LINE_FEED, from) + 1;
      try {
        decoder.decode(bytes.subarray(from, end));
      } catch {
        throw new UsageError(`${name}, line ${line} is not UTF-8 text; the file was left as it is`);
      }
      from = end;
    }
    throw new UsageError(`${name} is not UTF-8 text; the file was left as it is`);
  }
}

function requireHeader(whole: string, header: string, name: string): void {
  if (whole.startsWith(header)) return;
  const schema = /^schema,[^\n]*\n(\d+),/.exec(whole)?.[1];
  throw new UsageError(
    schema === undefined || Number(schema) === SCHEMA
      ? `${name} has other columns than this version writes; measure anew`
      : `${name} is of schema ${schema} and this version reads ${SCHEMA}; measure anew, use that version, or give it these columns (docs/architecture.md)`,
  );
}

function requireRow(sample: Sample, place: string): void {
  const wrong = (what: string) =>
    new UsageError(`${place}: ${what}; the file was left as it is, mend that row by hand`);
  if (sample.schema !== SCHEMA) throw wrong(`schema ${sample.schema} in a file of ${SCHEMA}`);
  if (!STATUSES.includes(sample.status ?? "")) throw wrong(`there is no status "${sample.status}"`);
  for (const column of NUMBERS) {
    const value = sample[column] as number | null;
    const least = MAY_BE_NEGATIVE.has(column) ? -Infinity : 0;
    if (value !== null && !(value >= least && value < Infinity)) {
      throw wrong(`${column} is not a number from 0 on`);
    }
  }
  if (sample.session === null || sample.round === null || sample.runtime === null) {
    throw wrong("session, round or runtime is missing");
  }
}

function isSameProcess(a: Sample, b: Sample): boolean {
  return a.session === b.session && a.round === b.round && a.position === b.position;
}
