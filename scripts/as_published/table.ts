/** Prints the post's factors beside those of delivered runs, and says in words what causes the former. */
import type { Moment } from "../../bench/as_published/spec.ts";
import { DELIVERED, FIXED, NOT_A_MEASUREMENT, PUBLISHED, type Row, type StallRow } from "./arms.ts";
import { type AsPublished, failuresOf } from "./result_file.ts";
import { median } from "../statistics/order.ts";
import { isMostlyFixedCost } from "../statistics/summary.ts";
import { applying } from "../cli/applying.ts";
import { painter } from "../cli/paint.ts";
import { wrapped } from "../cli/plain_text.ts";
import type { Paint } from "../report/table.ts";
import { count, digits, factor, time } from "../cli/units.js";

const COLUMNS = 80;
const HEAD = ["P", "mutex", "channel", "factor", "swap", "each", "factor", "batch", "factor"];
const WIDTHS = [6, 9, 9, 8, 10, 9, 8, 9, 8];

export function printAsPublished(result: AsPublished, path: string): void {
  for (const line of asPublishedLines(result, painter(process.stdout))) {
    process.stdout.write(line + "\n");
  }
  process.stdout.write(`written: ${path}\n`);
}

/** All lines about a session. */
function asPublishedLines(result: AsPublished, paint: Paint): string[] {
  const { workers, messages, rounds } = result.options;
  const lines = [
    "",
    paint("bold", NOT_A_MEASUREMENT),
    `(${workers} Workers, ${
      count(messages)
    } one-byte messages per producer, medians of ${rounds} ` +
    `${rounds === 1 ? "process" : "processes"} each)`,
  ];
  for (const { label, version } of result.runtimes) {
    const rows = result.rows.filter(({ runtime }) => runtime === label);
    if (rows.length === 0) continue;
    lines.push("", paint("bold", `${label} ${version}`), ...table(rows, paint));
    const largest = Math.max(...producersOf(rows));
    const told = sentences(cellsOf(rows, largest), largest * messages);
    if (told.length > 0) {
      lines.push(
        `at ${count(largest)} ${largest === 1 ? "producer" : "producers"}:`,
        ...told.flatMap(item),
      );
    }
  }
  if (result.stalls.length > 0) {
    lines.push("", paint("bold", "the published listener, where all is to be delivered"));
    lines.push(...result.stalls.flatMap((stall) => item(stallSentence(stall))));
  }
  lines.push("", ...failuresOf(result));
  if (result.rows.length > 0) {
    lines.push("each factor is against the mutex or swap column of its group; ~ is mostly the");
    lines.push("fixed cost of a delivered run, so it gets none");
  }
  return lines;
}

function table(rows: readonly Row[], paint: Paint): string[] {
  const align = (cells: string[]) => cells.map((cell, at) => cell.padStart(WIDTHS[at])).join("");
  const over = (title: string, columns: number[]) =>
    title.padStart(columns.reduce((sum, at) => sum + WIDTHS[at], 0));
  const lines = [
    over("", [0]) + over("as published", [1, 2, 3]) + over("delivered", [4, 5, 6, 7, 8]),
    paint("bold", align(HEAD)),
  ];
  for (const producers of producersOf(rows)) {
    const cell = cellsOf(rows, producers);
    const [mutex, channel] = PUBLISHED.map(cell);
    const [swap, each, batch] = DELIVERED.map(cell);
    lines.push(
      align([
        count(producers),
        mutex.text,
        channel.text,
        ratio(channel, mutex),
        swap.text,
        each.text,
        ratio(each, swap),
        batch.text,
        ratio(batch, swap),
      ]).trimEnd(),
    );
  }
  return lines;
}

/** What had happened when the clocks stopped, and what the factors consist of. */
function sentences(cell: (way: Row["way"]) => CellOfTable, all: number): string[] {
  const [mutex, channel] = PUBLISHED.map(cell);
  const [swap, each, batch] = DELIVERED.map(cell);
  const allSentUs = mutex.us === null ? NaN : mutex.of("allSent", "elapsedUs");
  return applying(
    mutex.us !== null &&
      `When the mutex clock stopped, ${share(mutex.of("stopped", "sent"), all)} of the messages ` +
        `had been sent and ${share(mutex.of("stopped", "written"), all)} written. When all had ` +
        `been sent, ${share(mutex.of("allSent", "written"), all)} had been written, and ` +
        `${count(Math.round(mutex.of("allSent", "again")))} bytes once more.`,
    channel.us !== null &&
      `When the channel clock stopped, ${
          share(channel.of("stopped", "sent"), all)
        } had been sent ` +
        `and ${share(channel.of("stopped", "written"), all)} written.`,
    mutex.us !== null && channel.us !== null &&
      `Of the published ${factor(channel.us / mutex.us)} the stopping rule makes ` +
        `${factor(allSentUs / mutex.us)}: by the channel's rule, all sent, the same runs of the ` +
        `mutex version take ${time(allSentUs)}. That leaves ${
          factor(channel.us / allSentUs)
        } for the ` +
        `batch and all else, since neither clock waits for a write.`,
    swap.us !== null && each.us !== null && batch.us !== null &&
      `Of the ${factor(each.us / swap.us)} with everything delivered the batch makes ` +
        `${factor(each.us / batch.us)}, and the lock with its two buffers ` +
        `${factor(batch.us / swap.us)}.`,
  );
}

function stallSentence({ runtime, bytes, accepted, stalled, elapsedMs }: StallRow): string {
  const taken = `${digits(accepted / 1e6)} of ${digits(bytes / 1e6)} MB`;
  return stalled
    ? `${runtime}: stalled with ${taken} taken by the system, as the client never reads the echo; ` +
      `ended after ${digits(elapsedMs / 1_000)} s (--timeout).`
    : `${runtime}: did not stall, ${taken} taken in ${time(elapsedMs * 1_000)}.`;
}

interface CellOfTable {
  /** Median over the rounds; null if any round has no figure, or if it is mostly fixed cost. */
  us: number | null;
  text: string;
  /** Median over the rounds of what a published arm has counted. */
  of(moment: "stopped" | "allSent", name: keyof Moment): number;
}

function cellsOf(rows: readonly Row[], producers: number): (way: Row["way"]) => CellOfTable {
  const ofWay = (way: Row["way"]) =>
    rows.filter((row) => row.producers === producers && row.way === way);
  const medianOf = (own: readonly Row[]) =>
    own.length === 0 || own.some(({ elapsedUs }) => elapsedUs === null)
      ? null
      : median(own.map((row) => row.elapsedUs!));
  const fixed = medianOf(ofWay(FIXED));
  return (way) => {
    const own = ofWay(way);
    const us = medianOf(own);
    const isFloor = us !== null && fixed !== null && isMostlyFixedCost(us, fixed) &&
      (DELIVERED as readonly string[]).includes(way);
    const bad = own.find(({ elapsedUs }) => elapsedUs === null);
    return {
      us: isFloor ? null : us,
      text: us === null ? bad?.status ?? "" : (isFloor ? "~" : "") + time(us),
      of: (moment, name) => median(own.map(({ published }) => published![moment][name])),
    };
  };
}

function producersOf(rows: readonly Row[]): number[] {
  return [...new Set(rows.map(({ producers }) => producers))].sort((a, b) => a - b);
}

function ratio(slow: CellOfTable, fast: CellOfTable): string {
  return slow.us === null || fast.us === null ? "" : factor(slow.us / fast.us);
}

function share(part: number, whole: number): string {
  if (part === 0) return "nothing";
  return part === whole ? "all" : `${digits(part / whole * 100)} %`;
}

/** Lines of one item of a list. */
function item(sentence: string): string[] {
  return wrapped(sentence, COLUMNS - 2).map((line, at) => (at === 0 ? "- " : "  ") + line);
}
