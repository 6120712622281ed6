/** How long a process warms up and measures: in one place, since the launcher predicts from it, too. */
import type { Budget } from "./repeat.ts";

/** Where the number of messages was given: ten runs, or as many as pass a quarter of a second. */
const GIVEN: Budget = { leastRuns: 1, maxRuns: 10, enoughUs: 250_000 };
/** Runs of equal length. What more of them would tell is in docs/method.md: another process tells more. */
const EQUAL_RUNS = 3;
/** A third run is left out where each takes this many times as long as it was to take. */
const OVERLONG = 1.5;

/** What one process measures of a cell. @param runTimeUs see `CellSpec` */
export function budgetOf(runTimeUs: number | null): Budget {
  return runTimeUs === null
    ? GIVEN
    : { leastRuns: 2, maxRuns: EQUAL_RUNS, enoughUs: 2 * OVERLONG * runTimeUs };
}

const WARM_UP_US = 500_000;
const WARM_UP_RUNS = 6;

/** What warm-up and measured runs of a process take together, µs, where one run takes `runUs`. */
export function predictedUs(runUs: number, runTimeUs: number | null): number {
  const { leastRuns, maxRuns, enoughUs } = budgetOf(runTimeUs);
  const measured = Math.max(leastRuns * runUs, Math.min(enoughUs, maxRuns * runUs));
  return measured + (runTimeUs === null ? Math.min(WARM_UP_US, WARM_UP_RUNS * runUs) : runUs);
}
