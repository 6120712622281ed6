/**
 * How long a process warms up and measures: in one place, since the launcher predicts from it, too. How the figures for
 * runs of equal length were found stands in docs/method.md.
 */
import type { Budget } from "./repeat.ts";
import { USUAL_WARM_UP, type WarmUpBounds } from "./warm_up.ts";

export interface CellBudget extends Budget {
  /** Of the process's first cell, and where messages were given of each. */
  warmUp: WarmUpBounds;
}

/** A producer: the second one shows what comes between two. */
export const LEAST_MESSAGES = 2;

/** Where the number of messages was given: ten runs, or as many as pass a quarter of a second. */
const GIVEN: CellBudget = {
  warmUp: USUAL_WARM_UP,
  leastRuns: 1,
  maxRuns: 10,
  enoughUs: 250_000,
};
/** An open loop: as long as it was asked to be, twice. */
export const OPEN_LOOP: Budget = { leastRuns: 2, maxRuns: 2, enoughUs: 0 };
/** Of a cell at least where its process measures several: another process tells more than another run of the same. */
const CELL_RUNS = 3;
/**
 * Of all cells of a process together, which shares out its start and its warm-up: a process of a single P is a quarter
 * longer for twelve runs instead of three, and differs from the next by up to a third less.
 */
const PROCESS_RUNS = 12;
/** Runs are left out where the others have taken so many times the wanted time of all of them. */
const ENOUGH = 2;
/**
 * Of a process's first cell, and of the first with a further Worker. A few runs that are alike, which may be any three,
 * do not show that a process is warm. How much is left of the difference to later cells, `summary.md` says.
 */
export const WARM_UP_US = 400_000;
/** Where runs are so short that this is less. */
const WARM_UP_RUNS = 40;
/** Some of them begin small; and a run without messages never takes its time. */
const MOST_WARM_UP_RUNS = 64;
/** Of each later one: the first run through a new hand-off takes two to three times as long, and another number of Workers needs one. */
const REWARM_RUNS = 1;
/** About so many runs of the wanted length has a pilot that chooses. */
export const PILOT_RUNS = 8;

/** Runs of equal length of each cell, at most, where a process measures so many cells. */
export function measuredRuns(cells: number): number {
  return Math.max(CELL_RUNS, Math.floor(PROCESS_RUNS / cells));
}

/**
 * What one process measures of a cell.
 * @param runTimeUs see `CellSpec`
 * @param maxRuns see `measuredRuns`; where the number of messages was given, it says nothing
 */
export function budgetOf(runTimeUs: number | null, maxRuns = CELL_RUNS): CellBudget {
  if (runTimeUs === null) return GIVEN;
  const warmUpUs = Math.min(WARM_UP_US, WARM_UP_RUNS * runTimeUs);
  return {
    warmUp: { leastUs: warmUpUs, maxUs: warmUpUs, maxRuns: MOST_WARM_UP_RUNS },
    leastRuns: 2,
    maxRuns,
    enoughUs: ENOUGH * maxRuns * runTimeUs,
  };
}

/**
 * Runs with which a cell finds its buffers where its process has warmed up with an earlier one. None where a run has
 * the least of messages: it is so long that a first one is like the others.
 */
export function rewarmRuns(messages: number): number {
  return messages > LEAST_MESSAGES ? REWARM_RUNS : 0;
}

/** Warm-up runs of cells with a given number of messages, in a prediction. */
const USUAL_WARM_UP_RUNS = 6;

/** What warm-up and measured runs of a cell take together, µs, where one run takes `runUs`. */
export function predictedUs(runUs: number, runTimeUs: number | null, most?: number): number {
  const { warmUp, leastRuns, maxRuns, enoughUs } = budgetOf(runTimeUs, most);
  const measured = Math.max(leastRuns * runUs, Math.min(enoughUs, maxRuns * runUs));
  const again = runTimeUs === null
    ? Math.min(warmUp.maxUs, USUAL_WARM_UP_RUNS * runUs)
    : REWARM_RUNS * runUs;
  return measured + again;
}

/** What a cell takes beyond that where it is the first with so many Workers, µs. */
export function predictedWarmUpUs(runTimeUs: number | null): number {
  return runTimeUs === null ? 0 : budgetOf(runTimeUs).warmUp.maxUs;
}
