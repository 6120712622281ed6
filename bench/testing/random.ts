/** Seeded randomness for tests: a failure names the seed that repeats it. */

/** FANIN_SEED, or a new one. */
export function testSeed(): number {
  return Number(process.env.FANIN_SEED ?? Math.floor(Math.random() * 2 ** 31));
}
