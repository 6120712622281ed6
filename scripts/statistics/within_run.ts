/**
 * Two runtimes, or two strategies, of one run: what has changed from the first to the second. They were measured in
 * turn, so that rounds can be paired, and a difference is seen in fewer of them than between two runs.
 */
import type { Sample } from "../results/columns.ts";
import type { CellChange } from "./against_baseline.ts";
import { changeOf } from "./against_baseline.ts";
import { decide } from "./call.ts";
import { inverse } from "./inference.ts";
import { comparePairs } from "./pairs.ts";
import { summarize } from "./summary.ts";
import { labelOf } from "../results/labels.ts";

/**
 * One change for each strategy (or runtime) that both have, over every P; its interval is corrected for these alone.
 * @param before label of a runtime, or of a strategy
 * @param after the same
 * @param sameWithin see `decide`
 */
export function compareWithin(
  samples: readonly Sample[],
  before: string,
  after: string,
  sameWithin?: number,
): CellChange[] {
  const summary = summarize(samples);
  const pairs = comparePairs(samples, summary).filter(({ first, second, pooled }) =>
    pooled !== null && (first === before ? second === after : first === after && second === before)
  );
  const lost = summary.filter((row) =>
    row.status !== "ok" && [row.runtime, labelOf(row)].includes(after)
  );
  return [
    ...pairs.map(({ family, on, first, pooled }): CellChange => {
      const slowDown = first === before ? pooled! : inverse(pooled!);
      const estimate = decide(slowDown, pairs.length, sameWithin);
      return {
        runtime: family === "runtimes" ? after : on,
        label: family === "runtimes" ? on : after,
        producers: null,
        status: "ok",
        nsPerMessage: null,
        estimate,
        change: changeOf(estimate),
      };
    }),
    ...lost.map((row): CellChange => ({
      runtime: row.runtime!,
      label: labelOf(row),
      producers: row.producers,
      status: row.status!,
      nsPerMessage: null,
      estimate: null,
      change: "no figure",
    })),
  ];
}
