/** The tables of a session. Times are medians over processes. */
import { count, rate, time } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { labelOf, runTimeMsOf, settingOf } from "../results/labels.ts";
import { isComparable } from "../statistics/summary.ts";
import type { Entry, TableData } from "./table.ts";

/** The post's columns, left to right. */
const POST = ["swap-buffer", "channel:drain=each", "channel:drain=batch", "async-lock"];

/** Groups rows that may be in one table: those with the same W, S, turn and capacity. */
export function bySetting(rows: readonly Summary[]): Summary[][] {
  return [...Map.groupBy(rows, settingOf).values()];
}

/** One runtime's table in the form of the post: producers, the lock, the channels, and the post's Δ%. */
export function postTable(rows: readonly Summary[]): TableData {
  const labels = POST.filter((label) => rows.some((row) => labelOf(row) === label));
  const withDelta = labels.includes(POST[0]) && labels.includes(POST[1]);
  const byProducers = [...Map.groupBy(rows, (row) => row.producers).values()]
    .sort((a, b) => a[0].producers! - b[0].producers!);
  return {
    head: [
      "producers",
      ...labels.map((label) => label.replace(":drain=", " ")),
      ...(withDelta ? ["Δ%"] : []),
    ],
    words: [],
    rows: byProducers.map((cells) => {
      const cell = (label: string) => cells.find((row) => labelOf(row) === label);
      return [
        count(cells[0].producers!),
        ...labels.map((label) => timeEntry(cell(label))),
        ...(withDelta ? [delta(cell(POST[0]), cell(POST[1]))] : []),
      ];
    }),
  };
}

/** (channel − swap) / swap, as in the post; empty where either is not verified or mostly fixed cost. */
function delta(swap: Summary | undefined, channel: Summary | undefined): string {
  if (!isComparable(swap) || !isComparable(channel) || swap.verify !== channel.verify) return "";
  const share = (channel.median_us! - swap.median_us!) / swap.median_us!;
  return `${count(Math.round(share * 100))}%`;
}

/**
 * All strategies and controls in messages/s, the runtimes side by side; the time of a run for what sends no messages.
 */
export function ratesTable(rows: readonly Summary[]): TableData {
  const runtimes = [...new Set(rows.map((row) => row.runtime!))];
  const lines = [...Map.groupBy(rows, labelOf)].flatMap(([label, ofSubject]) =>
    [...Map.groupBy(ofSubject, (row) => row.producers).values()].map((cells) => ({
      label,
      cells,
    }))
  );
  return {
    head: ["messages/s", "producers", ...runtimes],
    words: [0],
    rows: lines.map(({ label, cells }) => [
      label,
      count(cells[0].producers!),
      ...runtimes.map((runtime) => rateEntry(cells.find((row) => row.runtime === runtime))),
    ]),
  };
}

/** Whether a row belongs in the post's table: it is one of its columns, and its number of messages was given. */
export function isOfThePost(row: Summary): boolean {
  return POST.includes(labelOf(row)) && runTimeMsOf(row.run_length) === null;
}

/** A time, or the word that says why there is none; `~` marks a cell that is mostly fixed cost. */
function timeEntry(row: Summary | undefined): Entry {
  return entryOf(row, ({ median_us }) => time(median_us!));
}

/** The same for a rate. */
function rateEntry(row: Summary | undefined): Entry {
  return entryOf(
    row,
    ({ median_us, messages_per_s }) =>
      messages_per_s === null || messages_per_s === 0
        ? `in ${time(median_us!)}`
        : rate(messages_per_s).replace("/s", "").trim(),
  );
}

function entryOf(row: Summary | undefined, figure: (row: Summary) => string): Entry {
  if (row === undefined) return "";
  if (row.status === "skipped") return { text: "skipped", tone: "dim" };
  if (row.status !== "ok") return { text: row.status!, tone: "red" };
  const text = figure(row);
  return row.floor ? { text: `~${text}`, tone: "dim" } : text;
}
