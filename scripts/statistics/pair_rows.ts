/** `pairs.csv`: every pair over all P, with what may be said about it, then every pair at each P. */
import type { PairRow } from "../results/columns.ts";
import type { PairComparison } from "./pairs.ts";

/** Words for the column `call`: where a pair differs, `first` is the faster one. */
const WORDS = { apart: "faster", same: "same", undecided: "undecided" };

export function pairRows(pairs: readonly PairComparison[]): PairRow[] {
  return pairs.flatMap(({ decision, cells, pooled: _pooled, marks: _marks, ...common }) => [
    {
      ...common,
      producers: null,
      ratio: decision?.ratio ?? null,
      low: decision?.low ?? null,
      high: decision?.high ?? null,
      rounds: decision?.rounds ?? null,
      p_adjusted: decision?.adjustedP ?? null,
      call: WORDS[decision?.call ?? "undecided"],
    },
    ...cells.map(({ producers, estimate }) => ({
      ...common,
      producers,
      ratio: estimate?.ratio ?? null,
      low: estimate?.low ?? null,
      high: estimate?.high ?? null,
      rounds: estimate?.n ?? null,
      p_adjusted: null,
      call: null,
    })),
  ]);
}
