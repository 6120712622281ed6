/** What has changed compared with a baseline, one line per cell. */
import type { CellChange, Change } from "../statistics/against_baseline.ts";
import type { EnvironmentDifference } from "../results/environment_differences.ts";
import type { TableData, Tone } from "./table.ts";
import { count, digits } from "../cli/units.js";

const COLOURS: Partial<Record<Change, Tone>> = { slower: "red", faster: "green" };

export function baselineTable(cells: readonly CellChange[]): TableData {
  return {
    head: ["runtime", "strategy", "P", "ns/message now", "now / before", "verdict"],
    words: [0, 1, 5],
    rows: cells.map(({ runtime, label, producers, status, nsPerMessage, estimate, change }) => {
      const tone = COLOURS[change];
      return [
        runtime,
        label,
        producers === null ? "all" : count(producers),
        nsPerMessage !== null ? digits(nsPerMessage) : status === "ok" ? "" : status,
        estimate === null
          ? ""
          : `${digits(estimate.ratio)} (${digits(estimate.low)}–${digits(estimate.high)})`,
        tone === undefined ? change : { text: change, tone },
      ];
    }),
  };
}

/** Lines such as `machine.cores: 2, then 4`; differences that could change a figure come first. */
export function differenceLines(differences: readonly EnvironmentDifference[]): string[] {
  return differences.toSorted((a, b) => Number(b.confounds) - Number(a.confounds)).map((
    { field, before, after, confounds },
  ) => `${confounds ? "! " : "  "}${field}: ${before}, then ${after}`);
}
