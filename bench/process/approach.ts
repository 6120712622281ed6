/**
 * How the pilot finds how many messages make a run of the wanted length: larger and larger runs, then a few of about
 * that length.
 */

const START_MESSAGES = 512;
const GROWTH = 4;
/** Once a run takes this share of the wanted time, it tells how many messages take all of it. */
const NEAR = 0.4;
/** Runs of each size while the size grows: something else on the machine may have slowed one of them. */
const TRIES = 2;
/** Where the smallest run takes so many times the wanted time, that is no stall, and it is not repeated. */
const FAR_TOO_LONG = 5;
/** Runs of about the wanted length that follow: code still gets faster while it is compiled. */
const NEAR_RUNS = 4;

export interface Approach {
  /** Bounds of the messages of each producer. */
  least: number;
  most: number;
  wantedUs: number;
}

/**
 * How many messages of each producer make a fast run take about `wantedUs`, but at least `least`.
 * @param once performs a run with that many and resolves with its time in µs and the messages that it sent
 */
export async function approach(
  once: (messages: number) => Promise<{ elapsedUs: number; messages: number }>,
  producers: number,
  { least, most, wantedUs }: Approach,
): Promise<number> {
  const within = (messages: number) => Math.min(most, Math.max(least, Math.round(messages)));
  const fastest = async (size: number, tries: number) => {
    let us = Infinity;
    for (let at = 0; at < tries; at++) {
      const { elapsedUs, messages } = await once(size);
      if (messages === 0) return null;
      us = Math.min(us, elapsedUs);
      if (size === least && us >= FAR_TOO_LONG * wantedUs) break;
    }
    return us;
  };
  let size = within(START_MESSAGES / producers);
  let us = await fastest(size, TRIES);
  while (us !== null && us < NEAR * wantedUs && size < most) {
    size = within(Math.min(size * wantedUs / us, size * GROWTH));
    us = await fastest(size, TRIES);
  }
  for (let runs = 0; us !== null && runs < NEAR_RUNS; runs++) {
    const fitting = within(size * wantedUs / us);
    if (fitting === size && (size === least || size === most)) break;
    // The time of a run of this size at the fastest rate so far.
    const expectedUs = us / size * fitting;
    size = fitting;
    us = Math.min((await fastest(size, 1))!, expectedUs);
  }
  return us === null ? least : within(size * wantedUs / us);
}
