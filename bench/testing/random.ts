/** Seeds for the random tests; a test's name has the seed that repeats a failure. */

/** FANIN_SEED, or a new random one. */
export function testSeed(): number {
  return Number(process.env.FANIN_SEED ?? Math.floor(Math.random() * 2 ** 31));
}
