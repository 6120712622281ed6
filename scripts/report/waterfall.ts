/** The waterfall of `bench --explain`: each step against the one that it changes, with an interval. */
import type { Published } from "./publish.ts";
import type { Sample } from "../results/columns.ts";
import { pairedRatio } from "../statistics/inference.ts";
import { logFigures } from "../statistics/processes.ts";
import { median } from "../statistics/order.ts";
import { groupBy } from "../statistics/group_by.ts";
import { isMostlyFixedCost } from "../statistics/summary.ts";
import { painter } from "../cli/paint.ts";
import { labelOf } from "../results/labels.ts";
import { BRANCHES, MAIN_WAY, type Step } from "../session/explanation.ts";
import { terminalTable } from "./table.ts";
import { digits, time } from "../cli/units.js";

/** Characters of a bar at most; each stands for a factor of four. */
const BAR = 8;

export function printWaterfall({ samples, folder }: Published): void {
  const paint = painter(process.stdout);
  const print = (line = "") => process.stdout.write(line + "\n");
  // With the pilot's rows, whose order is the plan's.
  const settings = groupBy(
    samples,
    ({ runtime, runtime_version, producers, workers, message_bytes }) =>
      `${runtime} ${runtime_version}, ${producers} producers on ${workers} Workers, ${message_bytes}-byte messages`,
  );
  for (const [setting, rows] of settings) {
    print();
    print(paint("bold", setting));
    const table = {
      head: ["strategy", "time", "factor (95 %)", "", "what changed"],
      words: [0, 3, 4],
      rows: [
        ...MAIN_WAY.map((step) => line(step, rows)),
        ["side branches", "", "", "", ""],
        ...BRANCHES.map((step) => line(step, rows)),
      ],
    };
    print(terminalTable(table, paint));
  }
  print();
  print("× faster, ÷ slower than the step that it changes, paired by round. ~ is mostly the fixed");
  print("cost of a run: no factor. Factors depend on the order of the steps: another way to the");
  print("same end would share the gain out differently.");
  print(`results: ${folder}`);
}

function line({ subject, change, from }: Step, rows: readonly Sample[]): string[] {
  const own = ofSubject(subject, rows);
  const us = timeOf(own);
  if (us === null) {
    const bad = rows.find((row) => matches(row, subject) && row.status !== "ok");
    return [shortened(subject), bad?.status ?? "not measured", "", "", change];
  }
  const emptyUs = timeOf(ofSubject("empty", rows));
  const isFixed = (of: number | null) =>
    of !== null && emptyUs !== null && isMostlyFixedCost(of, emptyUs);
  const middle = (isFixed(us) ? "~" : "") + time(us);
  const before = from === null ? new Map<string, number>() : ofSubject(from, rows);
  const ratio = pairedRatio(
    [...own].flatMap(([round, log]) => before.has(round) ? [before.get(round)! - log] : []),
  );
  if (ratio === null || isFixed(us) || isFixed(timeOf(before))) {
    return [shortened(subject), middle, "", "", change];
  }
  const { ratio: factor, low, high } = ratio;
  return [
    shortened(subject),
    middle,
    factor >= 1
      ? `×${digits(factor)} (${digits(low)}–${digits(high)})`
      : `÷${digits(1 / factor)} (${digits(1 / high)}–${digits(1 / low)})`,
    bar(factor),
    change,
  ];
}

/** The log of each process's time, by round. */
function ofSubject(subject: string, rows: readonly Sample[]): Map<string, number> {
  return logFigures(rows.filter((row) => row.round !== 0 && matches(row, subject)));
}

/** Median over processes in µs; null without any. */
function timeOf(logs: ReadonlyMap<string, number>): number | null {
  return logs.size === 0 ? null : Math.exp(median([...logs.values()]));
}

function matches(row: Sample, subject: string): boolean {
  return labelOf(row) === subject;
}

function shortened(subject: string): string {
  return subject.replace("sharded-rings", "rings").replace(":drain=", " ");
}

/** Faster as +, slower as -. */
function bar(factor: number): string {
  const length = Math.min(BAR, Math.round(Math.abs(Math.log2(factor)) / 2));
  return (factor >= 1 ? "+" : "-").repeat(length);
}
