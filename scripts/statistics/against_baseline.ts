/**
 * Compares two results cell by cell: what has changed between them? They were measured at different times, so nothing
 * can be paired by round: all processes of one side are compared with all of the other.
 */
import { isControl } from "../../bench/subjects/controls.ts";
import { CELL_COLUMNS, namesOf, type Sample, type Summary } from "../results/columns.ts";
import { decide, type Decision } from "./call.ts";
import { unpairedRatio } from "./inference.ts";
import { isOpenLoop, labelOf } from "../results/labels.ts";
import { median } from "./order.ts";
import { logRuns } from "./processes.ts";
import { isComparable, summarize } from "./summary.ts";

export type Change = "slower" | "faster" | "same" | "undecided" | "no figure";

export interface CellChange {
  runtime: string;
  label: string;
  /** Null: over every P. */
  producers: number | null;
  /** Status of the cell in the later result. */
  status: string;
  /** Of the later result; null where there is no figure, or for a change over every P. */
  nsPerMessage: number | null;
  /** Time after / time before: above 1 is slower. Its interval is corrected. Null where a side has no figure. */
  estimate: Decision | null;
  change: Change;
}

/** A runtime's version may be what has changed; in every other column, two cells must agree. */
const MATCH = namesOf(CELL_COLUMNS).filter((name) => name !== "runtime_version");

export interface BaselineComparison {
  /** Cells of both sides, then those that only `before` has. */
  cells: CellChange[];
  /** Cells that only `after` has. */
  added: number;
}

export function compareToBaseline(
  before: readonly Sample[],
  after: readonly Sample[],
  sameWithin?: number,
): BaselineComparison {
  const [old, now] = [cellsOf(before), cellsOf(after)];
  const matched = [...now].flatMap(([key, b]) => {
    const a = old.get(key);
    if (a === undefined) return [];
    const usable = isComparable(a.row) && isComparable(b.row) && a.row.verify === b.row.verify;
    return [{ row: b.row, usable, ratio: usable ? ratioOf(b.runs, a.runs) : null }];
  });
  const comparisons = matched.filter(({ ratio }) => ratio !== null).length;
  const cells = matched.map(({ row, usable, ratio }): CellChange => {
    const estimate = ratio === null ? null : decide(ratio, comparisons, sameWithin);
    const cell = cellChange(row, row.status!, estimate);
    // A single process has no interval, and shows neither a change nor its absence.
    return usable && estimate === null ? { ...cell, change: "undecided" } : cell;
  });
  const gone = [...old].filter(([key]) => !now.has(key));
  return {
    cells: [...cells, ...gone.map(([, { row }]) => cellChange(row, "not measured", null))],
    added: now.size - cells.length,
  };
}

/**
 * Figures are made from as many runs of each process as a process of either side typically has: how many it makes depends
 * on how many P it measures, and later runs are a little faster.
 */
function ratioOf(after: readonly Sample[], before: readonly Sample[]) {
  const [ofAfter, ofBefore] = [after, before].map((rows) => [...logRuns(rows).values()]);
  const typical = (processes: readonly (readonly number[])[]) =>
    Math.round(median(processes.map(({ length }) => length)));
  const count = Math.min(typical(ofAfter), typical(ofBefore));
  const figures = (processes: readonly (readonly number[])[]) =>
    processes.map((logs) => median(logs.slice(0, count)));
  return unpairedRatio(figures(ofAfter), figures(ofBefore));
}

function cellChange(row: Summary, status: string, estimate: Decision | null): CellChange {
  return {
    runtime: row.runtime!,
    label: labelOf(row),
    producers: row.producers,
    status,
    nsPerMessage: status === "ok" ? row.ns_per_message : null,
    estimate,
    change: changeOf(estimate),
  };
}

/** @param decision on time after / time before */
export function changeOf(decision: Decision | null): Change {
  if (decision === null) return "no figure";
  if (decision.call !== "apart") return decision.call;
  return decision.ratio > 1 ? "slower" : "faster";
}

/** Cells at full load alone: in an open loop the producers determine how long a run takes, and the rate may differ. */
function cellsOf(samples: readonly Sample[]): Map<string, { row: Summary; runs: Sample[] }> {
  const keyOf = (row: Pick<Sample, (typeof MATCH)[number]>) =>
    MATCH.map((name) => row[name]).join("|");
  const runs = Map.groupBy(samples.filter(({ round }) => round !== 0), keyOf);
  return new Map(
    summarize(samples).filter((row) => !isControl(row.strategy!) && !isOpenLoop(row))
      .map((
        row,
      ) => [keyOf(row), {
        row,
        runs: runs.get(keyOf(row)) ?? [],
      }]),
  );
}
