/** The tables at the end of a run. Times are medians over processes. */
import Table from "cli-table3";
import { labelOf, settingOf } from "../results/labels.ts";
import { groupBy, isComparable } from "../statistics/summary.ts";
import type { Summary } from "../results/columns.ts";
import { time } from "../cli/units.ts";

export type Paint = (format: "bold" | "dim" | "red" | "green" | "yellow", text: string) => string;

/** The post's columns, left to right. */
export const POST = ["swap-buffer", "channel:drain=each", "channel:drain=batch", "async-lock"];

/** Rows that may stand in one table: the same W, S, turn and capacity. */
export function bySetting(rows: readonly Summary[]): Summary[][] {
  return [...groupBy(rows, settingOf).values()];
}

/** A runtime's table as in the post: producers, the lock, the channels, and the post's Δ%. */
export function postTable(rows: readonly Summary[], paint: Paint): string {
  const labels = POST.filter((label) => rows.some((row) => labelOf(row) === label));
  const withDelta = labels.includes(POST[0]) && labels.includes(POST[1]);
  const table = plainTable([
    "producers",
    ...labels.map((label) => label.replace(":drain=", " ")),
    ...(withDelta ? ["Δ%"] : []),
  ], paint);
  for (const [producers, cells] of groupBy(rows, (row) => String(row.producers))) {
    const cell = (label: string) => cells.find((row) => labelOf(row) === label);
    const line = [
      Number(producers).toLocaleString("en-US"),
      ...labels.map((label) => timeCell(cell(label), paint)),
    ];
    table.push(withDelta ? [...line, delta(cell(POST[0]), cell(POST[1]))] : line);
  }
  return table.toString();
}

/** (channel − swap) / swap, as in the post; empty where either is unproven or mostly fixed cost. */
export function delta(swap: Summary | undefined, channel: Summary | undefined): string {
  if (!isComparable(swap) || !isComparable(channel) || swap.verify !== channel.verify) return "";
  const share = (channel.median_us! - swap.median_us!) / swap.median_us!;
  return `${Math.round(share * 100).toLocaleString("en-US")}%`;
}

/** All strategies and controls, the runtimes side by side. */
export function runtimesTable(rows: readonly Summary[], paint: Paint): string {
  const runtimes = [...new Set(rows.map((row) => row.runtime!))];
  const table = plainTable(["strategy", "producers", ...runtimes], paint, [0]);
  for (const [label, ofSubject] of groupBy(rows, labelOf)) {
    for (const [producers, cells] of groupBy(ofSubject, (row) => String(row.producers))) {
      const cell = (runtime: string) => cells.find((row) => row.runtime === runtime);
      table.push([
        label,
        Number(producers).toLocaleString("en-US"),
        ...runtimes.map((runtime) => timeCell(cell(runtime), paint)),
      ]);
    }
  }
  return table.toString();
}

/** A time, or the word that says why there is none; `~` marks a cell that is mostly fixed cost. */
export function timeCell(row: Summary | undefined, paint: Paint): string {
  if (row === undefined) return "";
  if (row.status === "skipped") return paint("dim", "skipped");
  if (row.status !== "ok") return paint("red", row.status!);
  return row.floor ? paint("dim", `~${time(row.median_us!)}`) : time(row.median_us!);
}

/** A table without lines: the columns of words left, numbers right. */
export function plainTable(head: string[], paint: Paint, words: readonly number[] = []) {
  return new Table({
    head: head.map((word) => paint("bold", word)),
    colAligns: head.map((_, at) => (words.includes(at) ? "left" : "right")),
    style: { head: [], border: [], "padding-left": 1, "padding-right": 1, compact: true },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      right: "",
      "right-mid": "",
      mid: "",
      "mid-mid": "",
      middle: " ",
    },
  });
}
