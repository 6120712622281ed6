/** How much piled up before a slow listener, in words: figures of each strategy, without a comparison. */
import { isControl } from "../../bench/subjects/controls.ts";
import type { SlowReading } from "../../bench/wire/slow_reader.ts";
import { applying } from "../cli/applying.ts";
import { plainText } from "../cli/plain_text.ts";
import { count, memory } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { labelOf } from "../results/labels.ts";
import { readingOf } from "../results/load.ts";
import { span } from "./verdicts.ts";

/** A screen has no room for more; the table of every P has the other strategies. */
const MOST_LINES = 10;

/** One line of introduction and one for each strategy, at the largest P that has figures. @param rows of one setting */
export function backlogSentences(rows: readonly Summary[]): string[] {
  const reading = readingOf(rows[0]?.load ?? null);
  const known = rows.filter((row) => row.status === "ok" && row.backlog_peak_bytes !== null);
  if (reading === null || known.length === 0) return [];
  const producers = Math.max(...known.map((row) => row.producers!));
  const isLargest = (row: Summary) => row.producers === producers;
  const tried = rows.filter((row) =>
    isLargest(row) && row.status !== "skipped" && !isControl(row.strategy!)
  );
  const isWhole = tried.every(({ status }) => status === "ok");
  const strategies = [...Map.groupBy(known.filter(isLargest), labelOf)];
  const shown = strategies.slice(0, MOST_LINES);
  const over = new Set(rows.map(({ runtime }) => runtime)).size > 1
    ? "; a range over runtimes"
    : "";
  return applying(
    `Behind a listener that ${readingWords(reading)}, ${
      span([producers])
    }, the peaks of a run were, whatever their cause` +
      ` (medians over runs and processes${over}):`,
    ...shown.map(([label, own]) => `${plainText(label)}: ${strategyWords(own)}.`),
    shown.length < strategies.length &&
      `${strategies.length - shown.length} further strategies stand in the table of every P.`,
    isWhole && "None of their messages was lost.",
  );
}

/** How the listener reads: `stalled 200 of every 1,000 ms and read 50,000,000 bytes/s`. */
function readingWords({ stall, bytesPerS }: SlowReading): string {
  return applying(
    stall !== null && `stalled ${stall.forMs} of every ${count(stall.everyMs)} ms`,
    bytesPerS !== null && `read ${count(bytesPerS)} bytes/s`,
  ).join(" and ");
}

/**
 * The figures of one strategy. What the consumer has received and the listener has not read is in a write, or in the
 * system's buffers.
 */
function strategyWords(rows: readonly Summary[]): string {
  const waiting = rangeOf(rows.map((row) => row.backlog_peak_bytes!), memory);
  const unread = rows.flatMap(({ unread_peak_bytes }) => unread_peak_bytes ?? []);
  const held = rows.flatMap(({ held_peak }) => held_peak ?? []);
  const messages = (value: number) => count(Math.round(value));
  return applying(
    `${waiting} waiting in the hand-off`,
    unread.length > 0 && `${rangeOf(unread, memory)} received but not read`,
    held.length > 0 && `${rangeOf(held, messages)} messages due but not sent`,
  ).join(", ");
}

/** A range such as `1.2 MiB`, or `1.2 MiB to 4 MiB`. */
function rangeOf(values: readonly number[], shown: (value: number) => string): string {
  const [least, most] = [shown(Math.min(...values)), shown(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}
