/**
 * Tests properties with values that fast-check generates. The name of each test has the seed that repeats a failure.
 */
import { test } from "node:test";
import fc from "fast-check";
import { testSeed } from "./random.ts";

const seed = testSeed();

/** @param runs number of values that are tried, apart from those with which a failure is shrunk */
export function property<Values extends [unknown, ...unknown[]]>(
  name: string,
  runs: number,
  values: { [At in keyof Values]: fc.Arbitrary<Values[At]> },
  holds: (...values: Values) => void | Promise<void>,
): void {
  test(`${name} (seed ${seed})`, { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(...values, async (...given: Values) => await holds(...given)),
      { seed, numRuns: runs },
    ));
}
