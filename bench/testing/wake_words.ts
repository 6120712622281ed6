/** What the two sides of a wake trial tell each other beside the hand-off. */

/** Where each word is: the consumer has begun; bytes that it has received; the Workers may send all that they have. */
export const WORDS = { go: 0, received: 1, flood: 2, count: 3 };

/** Messages that come alone. */
export const PINGS = 12;
