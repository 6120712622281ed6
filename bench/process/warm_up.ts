/**
 * Warm-up by what it does, not by a count: the same Workers and buffers run until a run is long enough to be
 * timed at all, then until the last few are no faster than those before. Bounded in runs and time.
 */

/** A warm-up run should take this long (µs), or all of the cell's messages where those take less. */
const LONG_ENOUGH_US = 10_000;
/** Runs in a window; the newest window is held against the best run before it. */
const WINDOW = 3;
/** Warm when the newest window improves the best by less than this share. */
const STEADY = 0.05;
const MAX_RUNS = 16;
/** What all runs may take together, where nothing else is said (µs). */
export const MAX_WARM_UP_US = 500_000;

export interface WarmUp {
  runs: number;
  /** Whether the times had stopped improving, rather than a bound been hit. */
  steady: boolean;
}

/**
 * @param once performs a run of that many messages per producer and resolves with its time in µs
 * @param messages of the measured runs, a producer: warm-up runs have at most as many
 * @param maxUs no further run once the runs have taken more
 */
export async function warmUp(
  once: (messages: number) => Promise<number>,
  producers: number,
  messages: number,
  maxUs = MAX_WARM_UP_US,
): Promise<WarmUp> {
  let size = Math.min(messages, Math.max(1, Math.ceil(4_096 / producers)));
  const times: number[] = [];
  let spent = 0;
  for (let runs = 1; runs <= MAX_RUNS; runs++) {
    const elapsed = await once(size);
    spent += elapsed;
    if (elapsed < LONG_ENOUGH_US && size < messages) {
      size = Math.min(messages, size * 2);
    } else {
      times.push(elapsed);
      if (isSteady(times)) return { runs, steady: true };
    }
    if (spent > maxUs) return { runs, steady: false };
  }
  return { runs: MAX_RUNS, steady: false };
}

/** Whether the last three times are hardly better than the best one before them. */
export function isSteady(times: readonly number[]): boolean {
  if (times.length <= WINDOW) return false;
  const before = Math.min(...times.slice(0, -WINDOW));
  const last = Math.min(...times.slice(-WINDOW));
  return last > before * (1 - STEADY);
}
