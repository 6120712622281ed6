/**
 * Repetition, driven by mitata: it decides how often, our own function says how long. mitata sorts its
 * samples and cuts the extremes, so the truth is what `once` records, in order.
 */
import { measure } from "mitata";

/** How much one process measures. */
export interface Budget {
  leastRuns: number;
  maxRuns: number;
  /** Stop after the run with which the measured time passes this (µs). */
  enoughUs: number;
}

/**
 * Run `prepare` once, then `once` until the budget is spent.
 * @param once performs a measured run and resolves with its time in µs
 */
export async function repeat(
  prepare: () => Promise<void>,
  once: () => Promise<number>,
  budget: Budget,
): Promise<void> {
  // mitata calls the function once before it measures, to learn whether it is async: the place for our own
  // warm-up. What that takes is far above the time under which mitata would add calls of its own.
  let probing = true;
  const timed = async () => {
    if (probing) {
      probing = false;
      await prepare();
      await new Promise((resolve) => setTimeout(resolve, 2));
      return 0;
    }
    return await once() * 1_000;
  };
  await measure(
    function* () {
      yield { manual: timed, budget: "manual" };
    } as never,
    {
      // Its fallback allocates 1 GiB to provoke a collection.
      gc: false,
      min_samples: budget.leastRuns,
      max_samples: budget.maxRuns,
      min_cpu_time: budget.enoughUs * 1_000,
    } as never,
  );
}
