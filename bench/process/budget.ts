/**
 * How long a process warms up and measures. It is in one place because the launcher predicts durations from it, too.
 * docs/method.md says how the figures for runs of equal length were found.
 */
import type { Budget } from "./repeat.ts";
import { USUAL_WARM_UP, type WarmUpBounds } from "./warm_up.ts";

export interface CellBudget extends Budget {
  /** Warm-up of the process's first cell; where the number of messages was given, of every cell. */
  warmUp: WarmUpBounds;
}

/** The fewest messages of a producer: the second one shows what comes between two messages. */
export const LEAST_MESSAGES = 2;

/** Where the number of messages was given: ten runs, or as many as it takes to pass a quarter of a second. */
const GIVEN: CellBudget = {
  warmUp: USUAL_WARM_UP,
  leastRuns: 1,
  maxRuns: 10,
  enoughUs: 250_000,
};
/** An open loop: two runs, each as long as was asked for. */
export const OPEN_LOOP: Budget = { leastRuns: 2, maxRuns: 2, enoughUs: 0 };
/** Measured runs of each cell where a process has many: another process tells more than another run of the same one. */
const CELL_RUNS = 3;
/**
 * Measured runs of a process with few cells, all of these together. A process of a single cell takes a fifth longer for
 * twelve runs than for three, since most of its time goes to its start and its warm-up, and two such processes differ by
 * up to a quarter less (docs/method.md).
 */
const PROCESS_RUNS = 12;
/** A cell makes no further run once its runs have taken this many times as long as all of them should. */
const ENOUGH = 2;
/** With long runs a process makes no more of them than of each of many cells, since these are long enough (µs). */
const MOST_MEASURED_US = 1_000_000;
/**
 * How long a process's first cell warms up, and its first cell with a further Worker. A few runs that are alike do not
 * show that a process is warm, since any three may be. `summary.md` says how much of the difference to later cells is
 * left.
 */
export const WARM_UP_US = 400_000;
/** This many runs of the wanted length are enough, where they take less than that. */
const WARM_UP_RUNS = 40;
/** Fewer do not warm up a process, however long each takes beside its own clock. */
const LEAST_WARM_UP_RUNS = 12;
/**
 * The most warm-up runs: more than that, since some of them begin small, and not without end, since runs without
 * messages never add up to the time.
 */
const MOST_WARM_UP_RUNS = 64;
/**
 * Warm-up runs of each later cell: the first run through a new hand-off takes two to three times as long, and another
 * number of Workers means a new hand-off.
 */
const REWARM_RUNS = 1;
/** A pilot that chooses the number of messages takes as long as about this many runs of the wanted length. */
export const PILOT_RUNS = 8;

/**
 * How many runs of equal length a process measures of each cell, at most.
 * @param cells that the process measures
 * @param runTimeUs what a run is to take
 */
export function measuredRuns(cells: number, runTimeUs: number): number {
  const affordable = Math.floor(MOST_MEASURED_US / (ENOUGH * runTimeUs));
  return Math.max(CELL_RUNS, Math.min(Math.floor(PROCESS_RUNS / cells), affordable));
}

/**
 * What one process measures of a cell.
 * @param runTimeUs see `CellSpec`
 * @param maxRuns see `measuredRuns`; not used where the number of messages was given
 */
export function budgetOf(runTimeUs: number | null, maxRuns = CELL_RUNS): CellBudget {
  if (runTimeUs === null) return GIVEN;
  const warmUpUs = Math.min(WARM_UP_US, WARM_UP_RUNS * runTimeUs);
  return {
    warmUp: {
      leastUs: warmUpUs,
      maxUs: warmUpUs,
      wallUs: WARM_UP_US,
      wallRuns: LEAST_WARM_UP_RUNS,
      maxRuns: MOST_WARM_UP_RUNS,
    },
    leastRuns: 2,
    maxRuns,
    enoughUs: ENOUGH * maxRuns * runTimeUs,
  };
}

/**
 * Runs with which a cell finds its buffers where its process has warmed up with an earlier cell. None where each
 * producer sends the fewest messages: such a run is so long that a first one is like the others.
 */
export function rewarmRuns(messages: number): number {
  return messages > LEAST_MESSAGES ? REWARM_RUNS : 0;
}

/** Warm-up runs that a prediction assumes for cells with a given number of messages. */
const USUAL_WARM_UP_RUNS = 6;

/**
 * What the warm-up and measured runs of a cell take together, µs, where one run takes `runUs`.
 * @param most see `measuredRuns`
 */
export function predictedUs(runUs: number, runTimeUs: number | null, most?: number): number {
  const { warmUp, leastRuns, maxRuns, enoughUs } = budgetOf(runTimeUs, most);
  const measured = Math.max(leastRuns * runUs, Math.min(enoughUs, maxRuns * runUs));
  const again = runTimeUs === null
    ? Math.min(warmUp.maxUs, USUAL_WARM_UP_RUNS * runUs)
    : REWARM_RUNS * runUs;
  return measured + again;
}

/** What a cell takes in addition where it is the first with so many Workers, µs. */
export function predictedWarmUpUs(runTimeUs: number | null): number {
  return runTimeUs === null ? 0 : budgetOf(runTimeUs).warmUp.maxUs;
}
