/**
 * Whole reports of made-up rows, as large as those of a default run: how often is anything false in one of them? The
 * rows have the shape of the real ones: a process differs from the next, its runs differ less, and one process in ten
 * was disturbed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import { testSeed } from "../../bench/testing/random.ts";
import type { Sample } from "../results/columns.ts";
import { madeUpSample } from "../testing/samples.ts";
import { decide, type Decision } from "./call.ts";
import { pairedRatio } from "./inference.ts";
import { comparePairs } from "./pairs.ts";

const seed = testSeed();
const RUNTIMES = ["deno", "bun", "node"];
const STRATEGIES = Array.from({ length: 9 }, (_, at) => `publish=${at}`);

interface Noise {
  processes: number;
  runs: number;
  /** Share of processes that take up to three times as long. */
  disturbed: number;
}

const NOISE: Noise = { processes: 0.1, runs: 0.07, disturbed: 0.1 };

/** The sum of three is near enough to a normal distribution of standard deviation 1. */
function normal(next: () => number): number {
  return 2 * (next() + next() + next() - 1.5);
}

/** @param us of the cell */
function cell(
  next: () => number,
  us: number,
  rounds: number,
  { processes, runs, disturbed }: Noise,
  more: Partial<Sample>,
): Sample[] {
  return Array.from({ length: rounds }, (_, at) => {
    const process = us * Math.exp(processes * normal(next)) *
      (next() < disturbed ? 1 + 2 * next() : 1);
    return [1, 2, 3].map((run) =>
      madeUpSample("sharded-rings", at + 1, process * Math.exp(runs * normal(next)), {
        run,
        ...more,
      })
    );
  }).flat();
}

test("in reports of equal cells, 135 pairs over two P, hardly one has a false difference", () => {
  const reports = 20;
  let wrong = 0;
  for (let at = 0; at < reports; at++) {
    const next = random(seed + at);
    const samples = RUNTIMES.flatMap((runtime) =>
      STRATEGIES.flatMap((params) =>
        [16, 256].flatMap((producers) =>
          cell(next, 1_000, 8, NOISE, { runtime, params, producers })
        )
      )
    );
    const pairs = comparePairs(samples);
    assert.equal(pairs.length, 135);
    if (pairs.some(({ decision }) => decision!.call === "apart")) wrong++;
  }
  // 5 % of 20 are 1; 5 or more are as likely as 1 in 400.
  assert.ok(wrong < 5, `${wrong} of ${reports}`);
});

test("nor in long reports of few cells", () => {
  const reports = 60;
  let wrong = 0;
  for (let at = 0; at < reports; at++) {
    const next = random(seed + 1_000 + at);
    const samples = RUNTIMES.flatMap((runtime) =>
      STRATEGIES.slice(0, 2).flatMap((params) => cell(next, 1_000, 40, NOISE, { runtime, params }))
    );
    const pairs = comparePairs(samples);
    assert.equal(pairs.length, 9);
    if (pairs.some(({ decision }) => decision!.call === "apart")) wrong++;
  }
  // 5 % of 60 are 3; 9 or more are as likely as 1 in 300.
  assert.ok(wrong < 9, `${wrong} of ${reports}`);
});

/** How often, in 400 comparisons of two whose true ratio is that, they are called so. */
function called(call: Decision["call"], ratio: number, sameWithin: number, rounds: number): number {
  const next = random(seed + rounds);
  let found = 0;
  for (let at = 0; at < 400; at++) {
    const logs = Array.from({ length: rounds }, () => Math.log(ratio) + 0.05 * normal(next));
    if (decide(pairedRatio(logs)!, 1, sameWithin).call === call) found++;
  }
  return found;
}

test("what differs by just the margin, or more, is hardly ever called the same", () => {
  for (const [ratio, sameWithin] of [[1.1, 0.1], [1.05, 0.03], [1.03, 0.03]]) {
    for (const rounds of [8, 30, 200]) {
      const wrong = called("same", ratio, sameWithin, rounds);
      // 2.5 % of 400 are 10; 22 or more are as likely as 1 in 2,000.
      assert.ok(wrong < 22, `${wrong} of 400 at ${ratio} within ${sameWithin}, ${rounds} rounds`);
    }
  }
});

test("what is alike is called the same where there are rounds enough to show it", () => {
  const found = called("same", 1, 0.1, 30);
  assert.ok(found > 380, `${found} of 400`);
});
