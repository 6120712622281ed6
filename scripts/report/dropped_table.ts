/** Cells whose hand-off may drop messages: what share was dropped, and how long a run took with the others. */
import { count, time } from "../cli/units.js";
import { cellKey } from "../results/cell_key.ts";
import type { Sample } from "../results/columns.ts";
import { labelOf } from "../results/labels.ts";
import { median } from "../statistics/order.ts";
import type { TableData } from "./table.ts";

/** Null where no run may drop. @param samples all rows, of which those of the given cells are used */
export function droppedTable(
  rows: readonly Parameters<typeof cellKey>[0][],
  samples: readonly Sample[],
): TableData | null {
  const keys = new Set(rows.map(cellKey));
  const dropping = samples.filter((row) => row.status === "dropped" && keys.has(cellKey(row)));
  if (dropping.length === 0) return null;
  return {
    head: ["may drop", "runtime", "producers", "runs", "dropped", "time of a run"],
    words: [0, 1],
    rows: [...Map.groupBy(dropping, cellKey).values()].map((runs) => [
      labelOf(runs[0]),
      runs[0].runtime!,
      count(runs[0].producers!),
      String(runs.length),
      shareOf(runs),
      time(median(runs.map((run) => run.dropped_elapsed_us!))),
    ]),
  };
}

/** The share of all messages of all runs. It is rounded to none or to all only where it is exactly that. */
function shareOf(runs: readonly Sample[]): string {
  const sum = (value: (run: Sample) => number | null) =>
    runs.reduce((all, run) => all + (value(run) ?? 0), 0);
  const [dropped, expected] = [sum((run) => run.dropped), sum((run) => run.expected)];
  if (dropped === 0) return "0%";
  const percent = 100 * dropped / expected;
  if (percent < 0.1) return "< 0.1%";
  return dropped < expected && percent > 99.9 ? "> 99.9%" : `${percent.toFixed(1)}%`;
}
