/**
 * All pairs of one runtime, or of one strategy, as a matrix of their ratios; `measure_words.ts` says what they are
 * ratios of.
 */
import { digits } from "../cli/units.js";
import type { PairComparison } from "../statistics/pairs.ts";
import type { TableData } from "./table.ts";

/** @param pairs of one group, all with the same `on` */
export function pairMatrix(pairs: readonly PairComparison[]): TableData {
  const wins = new Map<string, number>();
  for (const { first, second } of pairs) {
    wins.set(first, (wins.get(first) ?? 0) + 1);
    wins.set(second, wins.get(second) ?? 0);
  }
  // `first` is the better one of a pair, so the name that is first most often is the best.
  const names = [...wins.keys()].sort((a, b) => wins.get(b)! - wins.get(a)!);
  const entry = (row: string, column: string) => {
    const pair = pairs.find(({ first, second }) => first === row && second === column);
    if (pair?.decision == null) return "";
    const { call, ratio } = pair.decision;
    return call === "apart" ? `${digits(ratio)}×` : call === "same" ? `= ${digits(ratio)}×` : "?";
  };
  return {
    head: ["", ...names],
    words: [0],
    rows: names.map((row) => [row, ...names.map((column) => entry(row, column))]),
  };
}
