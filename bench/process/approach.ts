/** How the pilot finds a run of the length that is wanted: larger and larger runs, then a few of about that length. */

const START_MESSAGES = 512;
const GROWTH = 4;
/** A run that takes this share of the wanted time says how many messages take all of it. */
const NEAR = 0.4;
/** Runs of each size while they grow: one alone may have been stopped by something else on the machine. */
const TRIES = 2;
/** No stall explains so many times the wanted time. */
const FAR_TOO_LONG = 5;
/** Runs of about the wanted length: code gets faster while it is compiled. */
const NEAR_RUNS = 4;

export interface Approach {
  /** Messages of a producer. */
  least: number;
  most: number;
  wantedUs: number;
}

/**
 * Messages of a producer with which a fast run takes about `wantedUs`, not below `least`.
 * @param once performs a run of that many and resolves with its time in µs and the messages that it sent
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
    // As long as a run of this size takes at the fastest rate so far.
    const expectedUs = us / size * fitting;
    size = fitting;
    us = Math.min((await fastest(size, 1))!, expectedUs);
  }
  return us === null ? least : within(size * wantedUs / us);
}
