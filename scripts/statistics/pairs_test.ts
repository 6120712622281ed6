/** Verdicts on made-up rounds: what is called, what is not, and in which words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import { headlines, verdict } from "../report/verdicts.ts";
import { madeUpSample } from "../testing/samples.ts";
import type { Sample } from "../results/columns.ts";
import { callOf, comparePairs } from "./pairs.ts";

/** Rounds of a cell around `us`, with some noise that differs by cell. */
function rounds(runtime: string, producers: number, us: number, count = 8, noise = 0.05): Sample[] {
  const next = random(producers + us + runtime.length);
  return Array.from(
    { length: count },
    (_, at) =>
      madeUpSample("swap-buffer", at + 1, us * (1 + noise * (next() - 0.5)), {
        runtime,
        producers,
      }),
  );
}

function words(samples: Sample[]): string {
  const pairs = comparePairs(samples);
  assert.equal(pairs.length, 1);
  return verdict(pairs[0]);
}

test("a clear difference is said per number of producers, with intervals", () => {
  const said = words([
    ...rounds("bun", 1, 100),
    ...rounds("node", 1, 100.2),
    ...rounds("bun", 1_024, 500),
    ...rounds("node", 1_024, 950),
  ]);
  assert.match(
    said,
    /^Bun is 1\.\d+× \(1\.\d+–[12]\.?\d*\) Node on swap-buffer at 1,024 producers; no difference at 1 producer$/,
  );
});

test("below 2 % nothing is a difference, however sure", () => {
  const samples = [...rounds("bun", 8, 1_000, 30, 0.001), ...rounds("node", 8, 1_010, 30, 0.001)];
  const [pair] = comparePairs(samples);
  assert.ok(pair.pooled!.low > 1 && pair.adjustedP! < 0.001);
  assert.equal(callOf(pair), "no difference");
  assert.match(words(samples), /^Bun and Node on swap-buffer: no difference 1\.01×/);
});

test("fewer than 8 rounds are too few, whatever they show", () => {
  const said = words([...rounds("bun", 8, 100, 7), ...rounds("node", 8, 900, 7)]);
  assert.match(
    said,
    /^Bun and Node on swap-buffer: too few runs to tell \(7 of 8 rounds; 8\.\d+× so far\)$/,
  );
});

test("a pair that is turned round by P is not called by its mean", () => {
  const said = words([
    ...rounds("bun", 1, 100),
    ...rounds("node", 1, 200),
    ...rounds("bun", 512, 200),
    ...rounds("node", 512, 100.5),
  ]);
  assert.match(said, /no difference .* over 1 to 512 producers, but they differ by the number: /);
});

test("rounds are paired: what slows a whole round moves no ratio", () => {
  const slow = (samples: Sample[]) =>
    samples.map((row) => ({
      ...row,
      elapsed_us: row.elapsed_us! * (row.round! % 2 === 0 ? 3 : 1),
    }));
  const [pair] = comparePairs(slow([...rounds("bun", 8, 100), ...rounds("node", 8, 110)]));
  assert.ok(pair.pooled!.high / pair.pooled!.low < 1.1);
  assert.equal(callOf(pair), "different");
  assert.equal(pair.first, "bun");
});

test("unproven, floor and unlike cells enter no pair, and controls are no contenders", () => {
  const lost = madeUpSample("swap-buffer", 9, null, { runtime: "node", producers: 8 });
  assert.deepEqual(comparePairs([...rounds("bun", 8, 100), ...rounds("node", 8, 100), lost]), []);
  const inline = rounds("node", 8, 100).map((row) => ({ ...row, verify: "inline" }));
  assert.deepEqual(comparePairs([...rounds("bun", 8, 100), ...inline]), []);
  const control = (us: number) => (row: Sample) => ({
    ...row,
    strategy: "socket-bulk",
    elapsed_us: us,
  });
  assert.deepEqual(
    comparePairs([...rounds("bun", 8, 1), ...rounds("node", 8, 1)].map(control(100))),
    [],
  );
});

test("Holm: among many equal pairs chance calls none that it calls alone", () => {
  const samples = Array.from(
    { length: 12 },
    (_, at) => rounds(`node@${at}`, 8, 100 + at / 1_000, 8, 0.1),
  ).flat();
  const pairs = comparePairs(samples);
  assert.equal(pairs.length, 66);
  assert.ok(pairs.every((pair) => pair.adjustedP! >= pair.pooled!.p));
  assert.ok(pairs.some((pair) => pair.pooled!.p < 0.05), "the seeds give no false call to correct");
  assert.ok(pairs.every((pair) => callOf(pair) !== "different"));
});

test("the headline compares the fastest with the next", () => {
  const samples = [
    ...rounds("bun", 8, 100),
    ...rounds("deno", 8, 300),
    ...rounds("node", 8, 200),
  ];
  const lines = headlines(comparePairs(samples));
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^Bun is (1\.9\d?|2(\.0\d?)?)× .* Node on swap-buffer/);
});
