/**
 * Repeats runs. A library would do, were it not for its work between the runs: mitata makes room for a million samples
 * at each measurement, which cost 30 ms before the first run and 30 ms before the second.
 */

/** How much one process measures. */
export interface Budget {
  leastRuns: number;
  maxRuns: number;
  /** Stop after the run with which the measured time passes this (µs). */
  enoughUs: number;
}

/** @param once performs a measured run and resolves with its time in µs */
export async function repeat(
  once: () => Promise<number>,
  { leastRuns, maxRuns, enoughUs }: Budget,
): Promise<void> {
  let spentUs = 0;
  for (let runs = 0; runs < maxRuns; runs++) {
    if (runs >= leastRuns && spentUs >= enoughUs) return;
    spentUs += await once();
  }
}
