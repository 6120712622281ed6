import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import type { Sample } from "../results/columns.ts";
import { comparePairs } from "../statistics/pairs.ts";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { closingLines } from "./closing.ts";

function cell(runtime: string, producers: number, us: number, rounds = 8): Sample[] {
  const next = random(us);
  return Array.from(
    { length: rounds },
    (_, at) =>
      madeUpSample("swap-buffer", at + 1, us * (1 + 0.02 * next()), { runtime, producers }),
  );
}

const lines = (samples: Sample[]) => closingLines(summarize(samples), comparePairs(samples));

test("the figures are those of the fastest at the largest P, in whatever order the rows come", () => {
  const samples = [...cell("bun", 256, 10), ...cell("node", 256, 20), ...cell("bun", 16, 9)];
  for (const order of [samples, samples.toReversed()]) {
    assert.match(
      lines(order)[0],
      /^Bun is (1\.9\d?|2(\.0\d?)?)× \(.*\) as fast as Node on swap-buffer, at 256 producers; up to .* at 256 producers \(bun\)/,
    );
  }
});

test("a single runtime gets its figures, and too few rounds no winner", () => {
  assert.match(lines(cell("node", 8, 100))[0], /^swap-buffer: up to .* at 8 producers \(node\), /);
  const few = lines([...cell("bun", 8, 10, 3), ...cell("node", 8, 30, 3)]);
  assert.match(
    few[0],
    /^Bun and Node on swap-buffer, at 8 producers: undecided, .*; about 5 more rounds would tell; up to/,
  );
});

test("a cell without a number, or mostly fixed cost, wins nothing", () => {
  const lost = madeUpSample("swap-buffer", 1, null);
  assert.match(lines([lost])[0], /^swap-buffer: lost, no figure$/);
  const empty = [1, 2].map((round) => madeUpSample("empty", round, 50));
  const short = [1, 2].map((round) => madeUpSample("swap-buffer", round, 100));
  assert.match(lines([...short, ...empty])[0], /too short to tell/);
});
