/** The names of rows and tables that people read. */
import { DEFAULT_CAPACITY } from "../../strategies/strategy.ts";
import { subjectLabel } from "./subjects.ts";
import type { Sample, Summary } from "./columns.ts";

/** The label of a row, such as `channel:drain=each`. */
export function labelOf(row: Pick<Summary | Sample, "strategy" | "params">): string {
  return subjectLabel(row.strategy!, paramsOf(row.params));
}

function paramsOf(text: string | null): Record<string, string> {
  return Object.fromEntries(
    (text ?? "").split(";").filter((pair) => pair.includes("=")).map((pair) => pair.split("=")),
  );
}

/** The columns in which all rows of one table agree. */
const SETTING = [
  "machine",
  "workers",
  "run_length",
  "message_size",
  "workload",
  "work_us",
  "sink",
  "turn",
  "capacity_bytes",
  "load",
] as const;
/** The value of the column `load` where messages have no due time. */
export const FULL_LOAD = "full";
/** The value of the column `workload` where messages are plain bytes of the chosen sizes. */
export const BYTES = "bytes";
type SettingColumn = (typeof SETTING)[number];

/** The title of a group of rows: everything that they have in common except P. */
export function settingTitle(
  row: Pick<Summary, SettingColumn>,
): string {
  const turn = row.turn === 0 ? "" : `, turn ${row.turn}`;
  const machine = row.machine === null ? "" : `, machine ${row.machine}`;
  const sink = row.sink === "none" ? ", no socket" : "";
  const capacity = row.capacity_bytes === DEFAULT_CAPACITY
    ? ""
    : `, capacity ${row.capacity_bytes} bytes`;
  const load = row.load === FULL_LOAD ? "" : `, load ${row.load}`;
  const messages = messagesTitle(row);
  return `${row.workers} Workers, ${messages}, ${lengthTitle(row)}` +
    `${turn}${sink}${capacity}${load}${machine}`;
}

/**
 * What is sent: `64-byte messages`, `16..4096-byte messages`, `domains lines`, `1-byte messages after 10 µs of work`.
 */
export function messagesTitle(
  { workload, message_size, work_us }: Pick<Summary, "workload" | "message_size" | "work_us">,
): string {
  const messages = workload === BYTES ? `${message_size}-byte messages` : `${workload} lines`;
  return work_us === 0 ? messages : `${messages} after ${work_us} µs of work`;
}

/**
 * Whether the producers of a row sent at due times. The elapsed time then says how long the schedule was, not how fast
 * the hand-off is.
 */
export function isOpenLoop({ load }: Pick<Summary, "load">): boolean {
  return load !== FULL_LOAD;
}

/** Whether the rate of a row was chosen for its cell alone, so that it cannot be compared with others. */
export function isOwnLoad({ load }: Pick<Summary, "load">): boolean {
  return /^[\d.]+%(?! of the slowest)/.test(load ?? "");
}

/** How long runs are: `runs of 20 ms`, `messages: 1000 each`. */
function lengthTitle({ run_length }: Pick<Summary, "run_length">): string {
  return runTimeMsOf(run_length) !== null ? `runs of ${run_length}` : `messages: ${run_length}`;
}

/**
 * The value of `--run-time` in ms if the pilot chose the messages, so that the time of a run says nothing by itself;
 * otherwise null.
 */
export function runTimeMsOf(runLength: string | null): number | null {
  const ms = /^(\d+) ms$/.exec(runLength ?? "")?.[1];
  return ms === undefined ? null : Number(ms);
}

/**
 * The same string for rows that may appear in one table: the same machine, W, run length, S, workload, work, sink,
 * turn, capacity and load.
 */
export function settingOf(
  row: Pick<Summary, SettingColumn>,
): string {
  return SETTING.map((name) => row[name]).join("|");
}
