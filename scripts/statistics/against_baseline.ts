/**
 * Two results cell by cell: what has changed between them. They were measured at different times, so nothing can be
 * paired by round: the processes of both sides stand against each other.
 */
import { CELL_COLUMNS, type Sample, type Summary } from "../results/columns.ts";
import { holm, type RatioEstimate, unpairedRatio } from "./inference.ts";
import { labelOf } from "../results/labels.ts";
import { NOISE, VERDICT_ROUNDS } from "./pairs.ts";
import { logMedians } from "./processes.ts";
import { groupBy } from "./group_by.ts";
import { isComparable, summarize } from "./summary.ts";

export type Change = "slower" | "faster" | "no difference" | "too few runs to tell" | "no figure";

export interface CellChange {
  runtime: string;
  label: string;
  row: Summary;
  /** Time after / time before: above 1 is slower. Null where a side has no figure. */
  estimate: RatioEstimate | null;
  change: Change;
}

/** The version of a runtime may be what has changed; all else makes a cell. */
const MATCH = CELL_COLUMNS.map(({ name }) => name).filter((name) => name !== "runtime_version");

export interface BaselineComparison {
  cells: CellChange[];
  /** Cells that only one side has. */
  unmatched: number;
}

export function compareToBaseline(
  before: readonly Sample[],
  after: readonly Sample[],
): BaselineComparison {
  const [old, now] = [cellsOf(before), cellsOf(after)];
  const cells = [...now].flatMap(([key, b]): CellChange[] => {
    const a = old.get(key);
    if (a === undefined) return [];
    const usable = isComparable(a.row) && isComparable(b.row) && a.row.verify === b.row.verify;
    return [{
      runtime: b.row.runtime!,
      label: labelOf(b.row),
      row: b.row,
      estimate: usable ? unpairedRatio(b.logs, a.logs) : null,
      change: "no figure",
    }];
  });
  const tested = cells.filter(({ estimate }) => estimate !== null);
  const adjusted = holm(tested.map(({ estimate }) => estimate!.p));
  for (const [at, cell] of tested.entries()) cell.change = changeOf(cell.estimate!, adjusted[at]);
  return { cells, unmatched: old.size + now.size - 2 * cells.length };
}

function changeOf({ n, ratio }: RatioEstimate, adjustedP: number): Change {
  if (n < VERDICT_ROUNDS) return "too few runs to tell";
  if (adjustedP >= 0.05 || Math.abs(Math.log(ratio)) < Math.log(1 + NOISE)) return "no difference";
  return ratio > 1 ? "slower" : "faster";
}

function cellsOf(samples: readonly Sample[]): Map<string, { row: Summary; logs: number[] }> {
  const keyOf = (row: Pick<Sample, (typeof MATCH)[number]>) =>
    MATCH.map((name) => row[name]).join("|");
  const runs = groupBy(samples.filter(({ round }) => round !== 0), keyOf);
  return new Map(
    summarize(samples).filter((row) => row.strategy !== "empty").map((row) => [keyOf(row), {
      row,
      logs: [...logMedians(runs.get(keyOf(row)) ?? []).values()],
    }]),
  );
}
