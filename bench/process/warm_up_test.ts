import assert from "node:assert/strict";
import { test } from "node:test";
import { isSteady, warmUp } from "./warm_up.ts";

test("steady means that the last three runs hardly beat the best before them", () => {
  assert.equal(isSteady([100, 99, 101]), false, "too few to say");
  assert.equal(isSteady([100, 99, 101, 98]), true);
  assert.equal(isSteady([100, 70, 69, 68]), false, "still getting faster");
  assert.equal(isSteady([100, 70, 69, 68, 67]), true);
});

test("runs grow until one is long enough, then repeat until they are steady", async () => {
  const sizes: number[] = [];
  const { runs, steady } = await warmUp(
    (messages) => {
      sizes.push(messages);
      return Promise.resolve(messages * 10);
    },
    4,
    100_000,
  );
  assert.equal(steady, true);
  assert.equal(runs, sizes.length);
  assert.deepEqual(sizes.slice(0, 2), [1_024, 1_024]);
  assert.ok(Math.max(...sizes) * 10 >= 10_000);
});

test("runs that are alike from the first do not end it before its time", async () => {
  const time = {
    ...{ leastUs: 400_000, maxUs: 400_000 },
    ...{ wallUs: 400_000, wallRuns: 12, maxRuns: 64 },
  };
  const during = (elapsedUs: number, besideUs = 0) => {
    let us = 0;
    const once = () => {
      us += elapsedUs + besideUs;
      return Promise.resolve(elapsedUs);
    };
    return warmUp(once, 1, 1_000, time, () => us / 1_000);
  };
  assert.deepEqual(await during(20_000), { runs: 20, steady: true });
  // What takes next to no time is not run for ever, and one long run is enough.
  assert.deepEqual(await during(1), { runs: 64, steady: true });
  assert.deepEqual(await during(2_000_000), { runs: 1, steady: false });
  // Making and checking the bytes of a run warm up, too, but a few runs are no warm-up however long they take.
  assert.deepEqual(await during(10_000, 20_000), { runs: 14, steady: true });
  assert.deepEqual(await during(20_000, 200_000), { runs: 12, steady: true });
});

test("never more messages than the cell has, and never without end", async () => {
  let elapsed = 5_000;
  const sizes: number[] = [];
  const { runs, steady } = await warmUp(
    (messages) => {
      sizes.push(messages);
      return Promise.resolve(elapsed *= 0.9);
    },
    8_192,
    3,
  );
  assert.deepEqual([runs, steady], [16, false]);
  assert.ok(sizes.every((size) => size <= 3));
  const slow = await warmUp(() => Promise.resolve(400_000), 1, 1_000);
  assert.deepEqual([slow.runs, slow.steady], [2, false]);
});
