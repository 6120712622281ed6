import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../workload/random.ts";
import { testSeed } from "../testing/random.ts";
import { approach } from "./approach.ts";

const LIMITS = { least: 2, most: 1_000_000, wantedUs: 10_000 };

/** Runs of a machine that takes `usPerMessage`, by run from 0. */
function machine(producers: number, usPerMessage: (run: number) => number) {
  const sizes: number[] = [];
  const once = (messages: number) => {
    const elapsedUs = 200 + producers * messages * usPerMessage(sizes.length);
    sizes.push(messages);
    return Promise.resolve({ elapsedUs, messages });
  };
  return { once, sizes };
}

test("the size fits the fastest rate, whatever the rate and the stalls", async () => {
  const next = random(testSeed());
  for (let trial = 0; trial < 200; trial++) {
    const producers = 1 + Math.floor(next() * 64);
    const rate = 10 ** (next() * 3 - 3);
    // Every fifth run is stopped by something else for a while.
    const first = Math.floor(next() * 5);
    const { once } = machine(producers, (run) => run % 5 === first ? rate * 10 : rate);
    const size = await approach(once, producers, LIMITS);
    const us = 200 + size * producers * rate;
    assert.ok(
      size === LIMITS.least || size === LIMITS.most || (us > 6_000 && us < 20_000),
      `${us}`,
    );
  }
});

test("code that gets faster while it is compiled is followed", async () => {
  const { once } = machine(4, (run) => run < 6 ? 0.1 : 0.02);
  const size = await approach(once, 4, LIMITS);
  assert.ok(size * 4 * 0.02 > 5_000, `${size}`);
});

test("where the least takes too long already it is sent once", async () => {
  const { once, sizes } = machine(8_192, () => 10);
  assert.equal(await approach(once, 8_192, LIMITS), 2);
  assert.deepEqual(sizes, [2]);
});

test("what sends nothing has the least", async () => {
  const once = () => Promise.resolve({ elapsedUs: 300, messages: 0 });
  assert.equal(await approach(once, 16, LIMITS), 2);
});
