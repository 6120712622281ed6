/** How wide the intervals are still: what a time budget is spent by. */
import type { Sample, Summary } from "../results/columns.ts";
import { labelOf, settingTitle } from "../results/labels.ts";
import { VERDICT_ROUNDS } from "./call.ts";
import { comparePairs } from "./pairs.ts";
import { cellKey } from "../results/cell_key.ts";
import { summarize } from "./summary.ts";

/**
 * The widest relative half-width of each cell, by `cellKey`: of its own median's interval, and of the ratios to the
 * same strategy elsewhere and the same runtime's other strategies that are drawn from it. Infinity while it has fewer
 * rounds than a verdict takes. A cell that has no figure or is mostly fixed cost has no width, and neither has empty.
 */
export function halfWidths(samples: readonly Sample[]): Map<string, number> {
  const widths = new Map<string, number>();
  const place = new Map<string, string>();
  const placeOf = (setting: string, runtime: string, label: string, producers: number) =>
    [setting, runtime, label, producers].join("|");
  const summary = summarize(samples);
  for (const row of summary) {
    if (row.status !== "ok" || row.floor === true || row.strategy === "empty") continue;
    const few = row.processes! < VERDICT_ROUNDS;
    widths.set(cellKey(row), few ? Infinity : ownHalfWidth(row));
    place.set(
      placeOf(settingTitle(row), row.runtime!, labelOf(row), row.producers!),
      cellKey(row),
    );
  }
  for (const { family, setting, on, first, second, cells } of comparePairs(samples, summary)) {
    for (const { producers, estimate } of cells) {
      if (estimate === null) continue;
      const half = Math.sqrt(estimate.high / estimate.low) - 1;
      for (const side of [first, second]) {
        const [runtime, label] = family === "runtimes" ? [side, on] : [on, side];
        const key = place.get(placeOf(setting, runtime, label, producers))!;
        widths.set(key, Math.max(widths.get(key)!, half));
      }
    }
  }
  return widths;
}

function ownHalfWidth({ low_us, high_us, median_us }: Summary): number {
  return (high_us! - low_us!) / 2 / median_us!;
}
