/** How the pilot finds a run of the length that is wanted: each run is larger than the one before it. */

const START_MESSAGES = 512;
const GROWTH = 4;
/** A run that takes this share of the wanted time tells how many messages take all of it. */
const NEAR = 0.4;

export interface Approach {
  /** Messages of a producer. */
  least: number;
  most: number;
  wantedUs: number;
}

/**
 * Messages of a producer with which a run takes about `wantedUs`, not below `least`.
 * @param once performs a run of that many and resolves with its time in µs and the messages that it sent
 */
export async function approach(
  once: (messages: number) => Promise<{ elapsedUs: number; messages: number }>,
  producers: number,
  { least, most, wantedUs }: Approach,
): Promise<number> {
  const within = (messages: number) => Math.min(most, Math.max(least, Math.round(messages)));
  let size = within(START_MESSAGES / producers);
  while (true) {
    const { elapsedUs, messages } = await once(size);
    if (messages === 0) return least;
    const fitting = within(size * wantedUs / elapsedUs);
    if (elapsedUs >= NEAR * wantedUs || size === most) return fitting;
    size = Math.min(fitting, size * GROWTH);
  }
}
