/** Whether it matters to a cell that its process had measured others before it. It must not. */
import { isControl } from "../../bench/subjects/controls.ts";
import { cellKey } from "../results/cell_key.ts";
import type { Sample } from "../results/columns.ts";
import { FULL_LOAD, labelOf } from "../results/labels.ts";
import { mean, pairedRatio, type RatioEstimate } from "./inference.ts";
import { byProcess, logFigures } from "./processes.ts";

export interface FirstCellRatio {
  runtime: string;
  label: string;
  /** Geometric mean over the cells of the strategy, with an interval by Student's t. */
  ratio: RatioEstimate;
}

/**
 * For each strategy and runtime: how many times as long messages took where the cell was the first of its process as
 * they took in the same cell after another P. Only for runtimes, because nobody knows which P a client measured first.
 */
export function firstCellRatios(samples: readonly Sample[]): FirstCellRatio[] {
  const measured = samples.filter(({ round, load, strategy }) =>
    round! > 0 && load === FULL_LOAD && !isControl(strategy!)
  );
  const series = Map.groupBy(measured, (row) => JSON.stringify([row.runtime, labelOf(row)]));
  return [...series.values()].flatMap((rows) => {
    const logs = [...Map.groupBy(rows, cellKey).values()].flatMap(logOfCell);
    const ratio = logs.length < LEAST_CELLS ? null : pairedRatio(logs);
    return ratio === null ? [] : [{ runtime: rows[0].runtime!, label: labelOf(rows[0]), ratio }];
  });
}

function logOfCell(rows: readonly Sample[]): number[] {
  // Only the first cell of a process reports its memory.
  const firsts = new Set(
    [...byProcess(rows)].filter(([, runs]) => runs[0].rss_ready_bytes !== null)
      .map(([process]) => process),
  );
  const figures = [...logFigures(rows)];
  const [first, later] = [true, false].map((isFirst) =>
    figures.filter(([process]) => firsts.has(process) === isFirst).map(([, log]) => log)
  );
  return first.length === 0 || later.length === 0 ? [] : [mean(first) - mean(later)];
}

/** With fewer, one odd process could decide. */
const LEAST_CELLS = 4;
