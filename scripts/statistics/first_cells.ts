/** Whether it matters to a cell that its process had measured others before it: it must not. */
import { cellKey } from "../results/cell_key.ts";
import type { Sample } from "../results/columns.ts";
import { FULL_LOAD } from "../results/labels.ts";
import { mean, pairedRatio, type RatioEstimate } from "./inference.ts";
import { byProcess, logFigures } from "./processes.ts";

/**
 * By runtime how many times as long messages took in the first P of their process as the same cells' messages took in
 * processes where another P came first: the geometric mean over cells, with Student's t. Of runtimes alone: of a
 * client nobody knows which P came first.
 */
export function firstCellRatios(samples: readonly Sample[]): Map<string, RatioEstimate> {
  const measured = samples.filter(({ round, load, strategy }) =>
    round! > 0 && load === FULL_LOAD && strategy !== "empty"
  );
  const cells = [...Map.groupBy(measured, cellKey).values()];
  const logs = cells.flatMap((rows) => {
    // Memory is told of the first one alone.
    const firsts = new Set(
      [...byProcess(rows)].filter(([, runs]) => runs[0].rss_ready_bytes !== null)
        .map(([process]) => process),
    );
    const figures = [...logFigures(rows)];
    const [first, later] = [true, false].map((isFirst) =>
      figures.filter(([process]) => firsts.has(process) === isFirst).map(([, log]) => log)
    );
    return first.length === 0 || later.length === 0
      ? []
      : [{ runtime: rows[0].runtime!, log: mean(first) - mean(later) }];
  });
  return new Map(
    [...Map.groupBy(logs, ({ runtime }) => runtime)].flatMap(([runtime, own]) => {
      const ratio = own.length < LEAST_CELLS ? null : pairedRatio(own.map(({ log }) => log));
      return ratio === null ? [] : [[runtime, ratio]];
    }),
  );
}

/** With fewer, one odd process would decide. */
const LEAST_CELLS = 8;
