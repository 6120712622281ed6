/** What the two sides of a wake trial tell each other outside of the hand-off. */

/**
 * Index of each word: whether the consumer has begun, how many bytes it has received, and whether the Workers may send
 * everything.
 */
export const WORDS = { go: 0, received: 1, flood: 2, count: 3 };

/** Messages that are sent one at a time. */
export const PINGS = 12;
