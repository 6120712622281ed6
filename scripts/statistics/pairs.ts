/**
 * Who is faster than whom. Runtimes are compared on each strategy and strategies under each runtime, pooled over P, and
 * corrected for all of these comparisons together. A single P gets no verdict. At full load the faster one takes less
 * time per message; in an open loop its messages wait less, by their 99th percentile, and only cells at one absolute
 * rate are compared.
 *
 * Two cells are paired by round, since both were measured within it: what slows the machine for a while
 * slows both.
 */
import { isControl } from "../../bench/subjects/controls.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { decide, type Decision, VERDICT_ROUNDS } from "./call.ts";
import { inverse, pairedRatio, type RatioEstimate } from "./inference.ts";
import { FULL_LOAD, isOwnLoad, labelOf, settingOf, settingTitle } from "../results/labels.ts";
import { logWaits, marksOf } from "./latency.ts";
import { logRatios, logRuns, meansOfWholeRounds, type Runs } from "./processes.ts";
import { cellKey } from "../results/cell_key.ts";
import { isComparable, summarize } from "./summary.ts";

export interface PairComparison {
  measure: "throughput" | "p99";
  /** The column `load`, the same for both. */
  load: string;
  family: "runtimes" | "strategies";
  /** The strategy or the runtime that both have in common. */
  on: string;
  /** A ratio above 1 says that it is faster than `second`, as the pooled one does. */
  first: string;
  second: string;
  setting: string;
  machine: string | null;
  /** Over all P at which both have a figure; `n` counts rounds. Null with fewer than two rounds. */
  pooled: RatioEstimate | null;
  /** What may be said about it; null where `pooled` is. */
  decision: Decision | null;
  cells: { producers: number; estimate: RatioEstimate | null }[];
  /** For p99, what makes the waits of either side doubtful, by its name; a winner may not be named without it. */
  marks: ReadonlyMap<string, readonly string[]>;
}

/** Whether there are too few rounds to say anything about a pair, whatever its ratio. */
export function hasTooFewRounds({ decision }: PairComparison): boolean {
  return decision === null || decision.rounds < VERDICT_ROUNDS;
}

/** A cell with the logarithms of what its runs measured: ns per message, or of an open loop a p99 for each process. */
interface Measured {
  row: Summary;
  label: string;
  runs: Runs;
}

/**
 * All pairs of both kinds that have at least one P in common, without controls.
 * @param summary of these samples, where the caller has it
 * @param sameWithin see `decide`
 */
export function comparePairs(
  samples: readonly Sample[],
  summary: readonly Summary[] = summarize(samples),
  sameWithin?: number,
): PairComparison[] {
  const runs = Map.groupBy(samples.filter(({ round }) => round !== 0), cellKey);
  const cells = summary
    .filter((row): row is Summary =>
      isComparable(row) && !isControl(row.strategy!) && !isOwnLoad(row)
    )
    .map((row): Measured => ({
      row,
      label: labelOf(row),
      runs: row.load === FULL_LOAD
        ? logRuns(runs.get(cellKey(row))!)
        : logWaits(runs.get(cellKey(row))!),
    }));
  const pairs = [...Map.groupBy(cells, ({ row }) => settingOf(row)).values()].flatMap((setting) => [
    ...pairsOf("runtimes", setting, ({ label }) => label, ({ row }) => row.runtime!),
    ...pairsOf("strategies", setting, ({ row }) => row.runtime!, ({ label }) => label),
  ]);
  const tested = pairs.filter(({ pooled }) => pooled !== null);
  for (const pair of tested) pair.decision = decide(pair.pooled!, tested.length, sameWithin);
  return pairs;
}

function pairsOf(
  family: PairComparison["family"],
  cells: readonly Measured[],
  onOf: (cell: Measured) => string,
  nameOf: (cell: Measured) => string,
): PairComparison[] {
  return [...Map.groupBy(cells, onOf)].flatMap(([on, same]) => {
    const sides = [...Map.groupBy(same, nameOf)];
    return sides.flatMap(([first, ofFirst], at) =>
      sides.slice(at + 1).flatMap(([second, ofSecond]) => {
        const pair = comparePair(ofFirst, ofSecond);
        if (pair.cells.length === 0) return [];
        const { row } = same[0];
        const common = {
          measure: row.load === FULL_LOAD ? "throughput" as const : "p99" as const,
          load: row.load!,
          family,
          on,
          setting: settingTitle(row),
          machine: row.machine,
          marks: new Map(
            [[first, ofFirst] as const, [second, ofSecond] as const].flatMap(([name, side]) => {
              const marks = new Set(side.flatMap((cell) => marksOf(cell.row)));
              return marks.size === 0 ? [] : [[name, [...marks]] as const];
            }),
          ),
        };
        return [fasterFirst({ ...common, first, second, decision: null, ...pair })];
      })
    );
  });
}

function comparePair(
  first: readonly Measured[],
  second: readonly Measured[],
): Pick<PairComparison, "pooled" | "cells"> {
  const atEach = first.flatMap((a) => {
    const b = second.find(({ row }) =>
      row.producers === a.row.producers && row.verify === a.row.verify
    );
    if (b === undefined) return [];
    return [{ producers: a.row.producers!, ratios: logRatios(a.runs, b.runs) }];
  });
  return {
    pooled: pairedRatio(meansOfWholeRounds(atEach.map(({ ratios }) => ratios))),
    cells: atEach.map(({ producers, ratios }) => ({
      producers,
      estimate: pairedRatio([...ratios.values()]),
    })),
  };
}

function fasterFirst(pair: PairComparison): PairComparison {
  if (pair.pooled === null || pair.pooled.ratio >= 1) return pair;
  return {
    ...pair,
    first: pair.second,
    second: pair.first,
    pooled: inverse(pair.pooled),
    cells: pair.cells.map(({ producers, estimate }) => ({
      producers,
      estimate: estimate === null ? null : inverse(estimate),
    })),
  };
}
