/** Rows that a killed process left behind: whole processes are kept, the remains of one are not. */
import { type Sample, SAMPLE_COLUMNS } from "./columns.ts";
import { headerLine, parseRows } from "./csv.ts";
import { UsageError } from "../command.ts";

export interface Recovered {
  /** What the file has to be cut to. */
  text: string;
  samples: Sample[];
}

/** Enough of a torn line to tell its process: schema, session, round and position, and that they are whole. */
const PLACE = SAMPLE_COLUMNS.findIndex(({ name }) => name === "position") + 1;

/**
 * The rows of processes that were written to their end. The rows of a process are one write, of which a kill may
 * leave a part: where the last line is torn, the rows before it go too if they are, or may be, of the same
 * process. Its last row could have been the one that says why it failed. A write that was cut exactly between
 * two of its rows cannot be told from a whole one.
 * @throws {UsageError} where it is not a table of samples of this version
 */
export function recoverSamples(text: string, name: string): Recovered {
  const header = headerLine(SAMPLE_COLUMNS);
  if (header.startsWith(text)) return { text: header, samples: [] };
  if (!text.startsWith(header)) {
    throw new UsageError(`${name} has other columns; was it written by another version?`);
  }
  const records = wholeRecords(text.slice(header.length));
  const samples = parseRows(SAMPLE_COLUMNS, header + records.join(""), name);
  const torn = text.slice(header.length + records.join("").length);
  if (torn !== "" && samples.length > 0) {
    const last = samples[samples.length - 1];
    const cells = torn.split(",");
    const [, session, round, position] = cells.map(String);
    const another = cells.length > PLACE &&
      (session !== last.session || Number(round) !== last.round ||
        Number(position) !== last.position);
    while (!another && samples.length > 0 && isSameProcess(samples[samples.length - 1], last)) {
      samples.pop();
      records.pop();
    }
  }
  return { text: header + records.join(""), samples };
}

/** Each with its line end; a line end in quotes ends no record. */
function wholeRecords(text: string): string[] {
  const records: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === "\n" && !quoted) {
      records.push(text.slice(from, at + 1));
      from = at + 1;
    }
  }
  return records;
}

function isSameProcess(a: Sample, b: Sample): boolean {
  return a.session === b.session && a.round === b.round && a.position === b.position;
}
