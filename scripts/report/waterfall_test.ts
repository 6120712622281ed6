/** The way from the slowest to the fastest, on made-up rows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { waterfallTable } from "./waterfall.ts";

const rounds = (strategy: string, params: string | null, us: number, messages = 100) =>
  Array.from({ length: 8 }, (_, at) =>
    madeUpSample(strategy, at + 1, us * (1 + 0.001 * at), {
      params,
      messages,
      delivered: 10 * messages,
    }));

test("a factor is one of ns a message, whatever the runs have of them", () => {
  const samples = [
    ...rounds("channel", "drain=each", 10_000, 100),
    // Twice the messages in a fifth of the time: ten times as fast.
    ...rounds("channel", "drain=batch", 2_000, 200),
    ...rounds("swap-buffer", null, 4_000, 200),
  ];
  const { rows } = waterfallTable(summarize(samples), samples);
  assert.deepEqual(rows[0].slice(0, 3), ["channel each", "10,035", ""]);
  assert.equal(rows[1][1], "1,004");
  assert.match(String(rows[1][2]), /^×10 \(10–10\)$/);
  assert.match(String(rows[2][2]), /^÷2 \(2–2\)$/);
  assert.equal(rows[3][1], "not measured");
});
