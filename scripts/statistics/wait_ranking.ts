/**
 * How long the messages of an open loop waited, one figure for each strategy under each runtime: geometric means over
 * every P of the summary's percentiles. The p99 pairs, whose letters are shown beside them, are pooled in the same way.
 */
import type { Summary } from "../results/columns.ts";
import { isOwnLoad, settingTitle } from "../results/labels.ts";
import { mean } from "./inference.ts";
import type { PairComparison } from "./pairs.ts";
import { type Figure, type Line, rankedLines } from "./ranked_lines.ts";

export interface WaitFigure extends Figure {
  /** µs from when a message was due to the consumer's `receive()`; for `empty`, until it would have been sent. */
  p50Us: number;
  p99Us: number;
  /** Messages/s at which messages were due; null where no row says. */
  ratePerS: number | null;
  /** Whether at some P the waits are mostly the lateness of the pacing alone. */
  isMostlyPacing: boolean;
  /** Whether at some P the clocks may be further apart than the waits allow. */
  isClockDoubtful: boolean;
  /** Whether at some P it did not deliver all that was due. */
  isSaturated: boolean;
}

/** Its letters are about p99, and empty where each cell has a rate of its own. */
export type WaitRank = Line<WaitFigure>;

/** Less than any clock here can tell, in µs: a wait of nothing, or below 0 because clocks differ, has no logarithm. */
const LEAST_US = 0.001;

/**
 * Strategies from the shortest wait on, by p99, or by p50 where each cell has its own rate. Then the controls.
 * @param summary of one setting
 * @param pairs of the whole report
 */
export function rankWaits(
  summary: readonly Summary[],
  pairs: readonly PairComparison[],
): WaitRank[] {
  if (summary.length === 0) return [];
  const isOwn = isOwnLoad(summary[0]);
  const own = pairs.filter(({ setting }) => setting === settingTitle(summary[0]));
  return rankedLines<WaitFigure>(summary, isOwn ? null : own, {
    has: (row) => row.status === "ok" && waitOf(row) !== null,
    figureOf,
    key: ({ p50Us, p99Us }) => logOf(isOwn ? p50Us : p99Us),
  });
}

/** The waits of a row; for `empty`, which hands nothing over, how late the pacing alone is. */
export function waitOf(row: Summary): { p50: number; p99: number } | null {
  const [p50, p99] = row.strategy === "empty"
    ? [row.late_p50_us, row.late_p99_us]
    : [row.p50_us, row.p99_us];
  return p50 === null || p99 === null ? null : { p50, p99 };
}

function figureOf(rows: readonly Summary[]): Omit<WaitFigure, keyof Figure> {
  const rates = rows.flatMap(({ rate_per_s }) => rate_per_s ?? []);
  return {
    p50Us: geometricMean(rows.map((row) => waitOf(row)!.p50)),
    p99Us: geometricMean(rows.map((row) => waitOf(row)!.p99)),
    ratePerS: rates.length === 0 ? null : geometricMean(rates),
    isMostlyPacing: rows.some((row) => row.mostly_pacing === true && row.strategy !== "empty"),
    isClockDoubtful: rows.some((row) => row.clock_doubtful === true && row.strategy !== "empty"),
    isSaturated: rows.some((row) => row.saturated === true),
  };
}

function geometricMean(values: readonly number[]): number {
  // A single value stays exactly what it is, also where it is 0.
  return new Set(values).size === 1 ? values[0] : Math.exp(mean(values.map(logOf)));
}

function logOf(value: number): number {
  return Math.log(Math.max(value, LEAST_US));
}
