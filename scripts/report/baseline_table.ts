/** What has changed against a baseline, one line per cell. */
import type { BaselineComparison, Change } from "../statistics/against_baseline.ts";
import type { EnvironmentDifference } from "../results/environment_differences.ts";
import { type Paint, plainTable } from "./tables.ts";
import { digits, time } from "../cli/units.ts";

const COLOURS: Partial<Record<Change, "red" | "green">> = { slower: "red", faster: "green" };

export function baselineTable({ cells }: BaselineComparison, paint: Paint): string {
  const table = plainTable(
    ["runtime", "strategy", "P", "time now", "now / before", "verdict"],
    paint,
    [0, 1, 5],
  );
  for (const { runtime, label, row, estimate, change } of cells) {
    const colour = COLOURS[change];
    table.push([
      runtime,
      label,
      row.producers!.toLocaleString("en-US"),
      row.median_us === null ? row.status! : time(row.median_us),
      estimate === null
        ? ""
        : `${digits(estimate.ratio)} (${digits(estimate.low)}–${digits(estimate.high)})`,
      colour === undefined ? change : paint(colour, change),
    ]);
  }
  return table.toString();
}

/** `machine.cores: 2, then 4`; those that could move a figure first. */
export function differenceLines(differences: readonly EnvironmentDifference[]): string[] {
  return differences.toSorted((a, b) => Number(b.confounds) - Number(a.confounds)).map((
    { field, before, after, confounds },
  ) => `${confounds ? "! " : "  "}${field}: ${before}, then ${after}`);
}
