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

/** @param us of the cell */
function cell(
  next: () => number,
  us: number,
  rounds: number,
  { processes, runs, disturbed }: Noise,
  more: Partial<Sample>,
): Sample[] {
  // The sum of three is near enough to a normal distribution of standard deviation 1.
  const normal = () => 2 * (next() + next() + next() - 1.5);
  return Array.from({ length: rounds }, (_, at) => {
    const process = us * Math.exp(processes * normal()) * (next() < disturbed ? 1 + 2 * next() : 1);
    return [1, 2, 3].map((run) =>
      madeUpSample("sharded-rings", at + 1, process * Math.exp(runs * normal()), { run, ...more })
    );
  }).flat();
}

/** Reports of `count` in which any of the calls is one of those. */
function reportsWith(
  count: number,
  calls: string,
  report: (next: () => number) => Sample[],
  sameWithin?: number,
): number {
  let found = 0;
  for (let at = 0; at < count; at++) {
    const pairs = comparePairs(report(random(seed + at)), undefined, sameWithin);
    if (pairs.some(({ decision }) => decision!.call === calls)) found++;
  }
  return found;
}

test("in reports of equal cells, 135 pairs over two P, hardly one has a false difference", () => {
  const report = (next: () => number) =>
    RUNTIMES.flatMap((runtime) =>
      STRATEGIES.flatMap((params) =>
        [16, 256].flatMap((producers) =>
          cell(next, 1_000, 8, NOISE, { runtime, params, producers })
        )
      )
    );
  const wrong = reportsWith(30, "apart", report);
  // 5 % of 30 are 1.5; 6 or more are as likely as 1 in 300.
  assert.ok(wrong < 6, `${wrong} of 30`);
});

test("what differs by just the margin is hardly ever called the same, however many rounds", () => {
  for (const [ratio, sameWithin] of [[1.1, 0.1], [1.05, 0.03], [1.03, 0.03]]) {
    for (const rounds of [8, 30, 100]) {
      const wrong = reportsWith(100, "same", (next) => [
        ...cell(next, 1_000, rounds, { processes: 0.03, runs: 0.02, disturbed: 0 }, {
          runtime: "bun",
        }),
        ...cell(next, 1_000 * ratio, rounds, { processes: 0.03, runs: 0.02, disturbed: 0 }, {
          runtime: "deno",
        }),
      ], sameWithin);
      // 2.5 % of 100; 9 or more are as likely as 1 in 1,000.
      assert.ok(wrong < 9, `${wrong} of 100 at ${ratio} within ${sameWithin}, ${rounds} rounds`);
    }
  }
});

test("what is alike is called the same where there are rounds enough to show it", () => {
  const found = reportsWith(
    50,
    "same",
    (next) =>
      ["bun", "deno"].flatMap((runtime) =>
        cell(next, 1_000, 30, { processes: 0.05, runs: 0.05, disturbed: 0 }, { runtime })
      ),
  );
  assert.ok(found > 45, `${found} of 50`);
});
