/**
 * Warm-up by its effect, not by a count: the same Workers and buffers carry out runs until one is long enough to be
 * timed at all, then until the last few are no faster than those before, and for at least as long as is asked.
 */

/** A warm-up run should take this long (µs), or all of the cell's messages where those take less. */
const LONG_ENOUGH_US = 10_000;
/** Runs in a window; the newest window is compared with the best run before it. */
const WINDOW = 3;
/** The process is warm when the newest window improves on the best run by less than this share. */
const STEADY = 0.05;
/** Where no others are given. */
export const USUAL_WARM_UP: WarmUpBounds = {
  leastUs: 0,
  maxUs: 500_000,
  wallUs: Infinity,
  wallRuns: Infinity,
  maxRuns: 16,
};

export interface WarmUpBounds {
  /** Steady runs do not end the warm-up before the runs have taken this long together (µs). */
  leastUs: number;
  /** No further run once the runs have taken longer (µs). */
  maxUs: number;
  /** No further run once this much time has passed (µs), also outside of the runs' own times, and `wallRuns` were made. */
  wallUs: number;
  wallRuns: number;
  maxRuns: number;
}

export interface WarmUp {
  runs: number;
  /** Whether the times had stopped improving when it ended, whatever ended it. */
  steady: boolean;
}

/**
 * @param once performs a run of that many messages per producer and resolves with its time in µs
 * @param messages of each producer in the measured runs; warm-up runs have at most as many
 * @param now ms by any clock that never goes back; tests have one of their own
 */
export async function warmUp(
  once: (messages: number) => Promise<number>,
  producers: number,
  messages: number,
  { leastUs, maxUs, wallUs, wallRuns, maxRuns }: WarmUpBounds = USUAL_WARM_UP,
  now = () => performance.now(),
): Promise<WarmUp> {
  const start = now();
  const isLate = () => runs >= wallRuns && (now() - start) * 1_000 > wallUs;
  let size = Math.min(messages, Math.max(1, Math.ceil(4_096 / producers)));
  const times: number[] = [];
  let spent = 0;
  let runs = 0;
  while (runs < maxRuns && spent <= maxUs && !isLate()) {
    const elapsed = await once(size);
    runs++;
    spent += elapsed;
    if (elapsed < LONG_ENOUGH_US && size < messages) {
      size = Math.min(messages, size * 2);
    } else {
      times.push(elapsed);
      if (spent >= leastUs && isSteady(times)) break;
    }
  }
  return { runs, steady: isSteady(times) };
}

/** Whether the last three times are hardly better than the best one before them. */
export function isSteady(times: readonly number[]): boolean {
  if (times.length <= WINDOW) return false;
  const before = Math.min(...times.slice(0, -WINDOW));
  const last = Math.min(...times.slice(-WINDOW));
  return last > before * (1 - STEADY);
}
