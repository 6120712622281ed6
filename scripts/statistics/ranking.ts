/**
 * One figure for each strategy under each runtime: the geometric mean, over every P, of messages per second. The
 * verdicts, whose letters are shown beside it, are pooled in the same way.
 */
import { cellKey } from "../results/cell_key.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { labelOf, settingTitle } from "../results/labels.ts";
import { mean, pairedRatio } from "./inference.ts";
import { leadersOf } from "./leaders.ts";
import type { PairComparison } from "./pairs.ts";
import { logFigures, meansOfWholeRounds, type Rounds } from "./processes.ts";
import { type Figure, type Line, rankedLines } from "./ranked_lines.ts";

export interface RankedFigure extends Figure {
  messagesPerSecond: number;
  /**
   * Half of the figure's own 95 % interval over rounds, as a share of it; null with fewer than two rounds. Not
   * corrected.
   */
  plusMinus: number | null;
  /** Whether some P is mostly the fixed cost of a run, so that the hand-off itself is faster than the figure. */
  hasFixedCost: boolean;
}

export interface Rank extends Line<RankedFigure> {
  /** The runtime that is shown to be faster than each of the others. */
  fastestRuntime: string | null;
  /**
   * The smallest and the largest value over the runtimes of how many times as fast as `REFERENCE` it is, over the P
   * that both have; null without.
   */
  timesReference: [number, number] | null;
}

/** A cell with the logarithm of messages per second of each round. */
interface Measured {
  row: Summary;
  label: string;
  rounds: Rounds;
}

/** The platform's own channel, which a strategy must beat to be worth its code. */
export const REFERENCE = "post-message:drain=batch";

/**
 * Strategies from the fastest on, then the controls in the same order. Where a cell of a strategy failed, there is its
 * status and no figure under that runtime. `empty` sends nothing and is left out.
 * @param summary of one setting
 * @param pairs of the same samples
 */
export function rank(
  summary: readonly Summary[],
  pairs: readonly PairComparison[],
  samples: readonly Sample[],
): Rank[] {
  if (summary.length === 0) return [];
  const runs = Map.groupBy(samples.filter(({ round }) => round !== 0), cellKey);
  const measured = summary
    .filter(({ status, messages_per_s }) => status === "ok" && (messages_per_s ?? 0) > 0)
    .map((row): Measured => ({ row, label: labelOf(row), rounds: logRates(row, runs) }));
  const cells = new Map(measured.map((cell) => [cell.row, cell]));
  const own = pairs.filter(({ setting }) => setting === settingTitle(summary[0]));
  const lines = rankedLines<RankedFigure>(summary, own, {
    has: (row) => cells.has(row),
    figureOf: (rows) => figureOf(rows.map((row) => cells.get(row)!)),
    key: ({ messagesPerSecond }) => -Math.log(messagesPerSecond),
  });
  return lines.filter(({ label }) => label !== "empty").map((line) => {
    const { label, words } = line;
    const ofLabel = measured.filter(({ row, ...cell }) =>
      cell.label === label && !words.has(row.runtime!)
    );
    return {
      ...line,
      fastestRuntime: leadersOf(own.filter(({ on }) => on === label)).leader,
      timesReference: label === REFERENCE ? null : againstReference(ofLabel, measured),
    };
  });
}

function logRates(row: Summary, runs: ReadonlyMap<string, Sample[]>): Map<string, number> {
  return new Map(
    [...logFigures(runs.get(cellKey(row))!)].map(([round, log]) => [round, Math.log(1e9) - log]),
  );
}

function figureOf(cells: readonly Measured[]): Omit<RankedFigure, keyof Figure> {
  const interval = pairedRatio(meansOfWholeRounds(cells.map(({ rounds }) => rounds)));
  return {
    messagesPerSecond: Math.exp(pooled(cells)),
    plusMinus: interval === null ? null : Math.sqrt(interval.high / interval.low) - 1,
    hasFixedCost: cells.some(({ row }) => row.floor === true),
  };
}

/** The mean over P of the mean over rounds, of logarithms. */
function pooled(cells: readonly Measured[]): number {
  return mean(cells.map(({ rounds }) => mean([...rounds.values()])));
}

function againstReference(
  cells: readonly Measured[],
  all: readonly Measured[],
): [number, number] | null {
  const times = [...Map.groupBy(cells, ({ row }) => row.runtime!)].flatMap(([runtime, own]) => {
    const both = own.flatMap((cell) => {
      const other = all.find(({ label, row }) =>
        label === REFERENCE && row.runtime === runtime && row.producers === cell.row.producers &&
        row.verify === cell.row.verify
      );
      return other === undefined ? [] : [[cell, other]];
    });
    if (both.length === 0) return [];
    return Math.exp(pooled(both.map(([cell]) => cell)) - pooled(both.map(([, other]) => other)));
  });
  return times.length === 0 ? null : [Math.min(...times), Math.max(...times)];
}
