/** `pairs.csv`: every pair over all P, with what may be said of it, then at each P. */
import type { PairRow } from "../results/columns.ts";
import type { PairComparison } from "./pairs.ts";

export function pairRows(pairs: readonly PairComparison[]): PairRow[] {
  return pairs.flatMap(
    ({ measure, load, machine, family, on, first, second, setting, decision, cells }) => {
      const common = {
        machine,
        measure,
        family,
        on,
        first,
        second,
        setting,
        load,
      };
      return [
        {
          ...common,
          producers: null,
          ratio: decision?.ratio ?? null,
          low: decision?.low ?? null,
          high: decision?.high ?? null,
          rounds: decision?.rounds ?? null,
          p_adjusted: decision?.adjustedP ?? null,
          call: decision === null || decision.call === "undecided"
            ? "undecided"
            : decision.call === "apart"
            ? "faster"
            : "same",
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
      ];
    },
  );
}
