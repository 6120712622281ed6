/** The waterfall of `bench --explain`: each step compared with the one that it changes, with an interval. */
import type { Published } from "./publish.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { cellKey } from "../results/cell_key.ts";
import { labelOf, messagesTitle } from "../results/labels.ts";
import { pairedRatio } from "../statistics/inference.ts";
import { logRatios, logRuns } from "../statistics/processes.ts";
import { isComparable } from "../statistics/summary.ts";
import { painter } from "../cli/paint.ts";
import { BRANCHES, MAIN_WAY, type Step } from "../session/explanation.ts";
import { type TableData, terminalTable } from "./table.ts";
import { digits } from "../cli/units.js";

/** The longest bar in characters, each of which stands for a factor of four. */
const BAR = 8;

export function printWaterfall({ samples, summary, folder }: Published): void {
  const paint = painter(process.stdout);
  const print = (line = "") => process.stdout.write(line + "\n");
  const settings = Map.groupBy(
    summary,
    (row) =>
      `${row.runtime} ${row.runtime_version}, ${row.producers} producers on ${row.workers} Workers, ${
        messagesTitle(row)
      }`,
  );
  for (const [setting, rows] of settings) {
    print();
    print(paint("bold", setting));
    print(terminalTable(waterfallTable(rows, samples), paint));
  }
  print();
  print("× faster, ÷ slower than the step that it changes, paired by round; intervals are not");
  print(
    "corrected. ~ is mostly the fixed cost of a run: no factor. Factors depend on the order of",
  );
  print("the steps: another way to the same end would share the gain out differently.");
  print(`results: ${folder}`);
}

/** @param rows of one runtime and P */
export function waterfallTable(rows: readonly Summary[], samples: readonly Sample[]): TableData {
  return {
    head: ["strategy", "ns/message", "factor (95 %)", "", "what changed"],
    words: [0, 3, 4],
    rows: [
      ...MAIN_WAY.map((step) => line(step, rows, samples)),
      ["side branches", "", "", "", ""],
      ...BRANCHES.map((step) => line(step, rows, samples)),
    ],
  };
}

function line(
  { subject, change, from }: Step,
  rows: readonly Summary[],
  samples: readonly Sample[],
) {
  const of = (label: string | null) => rows.find((row) => labelOf(row) === label);
  const [own, before] = [of(subject), of(from)];
  const name = subject.replace("sharded-rings", "rings").replace(":drain=", " ");
  if (own?.status !== "ok") return [name, own?.status ?? "not measured", "", "", change];
  const figure = (own.floor ? "~" : "") + digits(own.ns_per_message!);
  const ratio = isComparable(own) && isComparable(before) ? factorOf(before, own, samples) : null;
  if (ratio === null) return [name, figure, "", "", change];
  const { ratio: factor, low, high } = ratio;
  return [
    name,
    figure,
    factor >= 1
      ? `×${digits(factor)} (${digits(low)}–${digits(high)})`
      : `÷${digits(1 / factor)} (${digits(1 / high)}–${digits(1 / low)})`,
    bar(factor),
    change,
  ];
}

/** How many times as fast the second is as the first, over the rounds that both have. */
function factorOf(before: Summary, own: Summary, samples: readonly Sample[]) {
  const [first, second] = [before, own].map((cell) =>
    logRuns(samples.filter((row) => row.round !== 0 && cellKey(row) === cellKey(cell)))
  );
  return pairedRatio([...logRatios(second, first).values()]);
}

/** A bar of + for faster, of - for slower. */
function bar(factor: number): string {
  const length = Math.min(BAR, Math.round(Math.abs(Math.log2(factor)) / 2));
  return (factor >= 1 ? "+" : "-").repeat(length);
}
