/** What a pilot says of the rounds to come, fresh and as a resumed session reads it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { samplesOf } from "../results/samples.ts";
import { makePlan } from "../results/plan.ts";
import { END, REPORT, RUNTIME } from "../testing/cell_events.ts";
import { readOptions } from "./options.ts";
import { Predictions } from "./predictions.ts";

const WALL_MS = 2_000;

function predicted(runsUs: number[], isResumed: boolean): number {
  const args = ["--strategies", "swap-buffer", "--message-size", "64", "--load", "50%"];
  const options = readOptions("bench", ["node", "bench", ...args, "--producers", "8"]);
  const cell = makePlan(options, [RUNTIME]).find(({ subject }) => subject === "swap-buffer")!;
  const runs = runsUs.map((elapsedUs) => ({
    ...REPORT,
    type: "run" as const,
    messages: 100,
    delivered: 800,
    elapsedUs,
  }));
  const outcome = { events: [...runs, END], end: "done", detail: "", wallMs: WALL_MS } as const;
  const predictions = new Predictions(options.timeoutMs);
  if (isResumed) {
    const place = { session: "s", round: 0, position: 1, seed: 1, cores: 2 };
    predictions.recall(
      cell,
      samplesOf({ ...cell, messages: 100 }, place, { ...outcome, events: [...outcome.events] }),
    );
  } else predictions.learn(cell, { ...outcome, events: [...outcome.events] });
  return predictions.totalMs([cell]);
}

test("all runs of a pilot are no overhead, and a resumed session predicts the same", () => {
  const [one, seven] = [[50_000], [90_000, ...Array(6).fill(50_000)]].map((runs) =>
    predicted(runs, false)
  );
  // What the six further runs took is not beside the runs.
  assert.equal(Math.round(one - seven), 40 + 6 * 50);
  assert.equal(predicted([90_000, ...Array(6).fill(50_000)], true), seven);
});

test("a process warms up at its first P, and again where one on a single Worker came before", () => {
  const argv = ["--strategies", "swap-buffer", "--producers", "1,16,64", "--workers", "2"];
  const options = readOptions("bench", ["node", "bench", ...argv]);
  const cells = makePlan(options, [RUNTIME]).filter(({ subject }) => subject === "swap-buffer");
  const predictions = new Predictions(options.timeoutMs);
  const apart = cells.reduce((sum, cell) => sum + predictions.totalMs([cell]), 0);
  // Three times by themselves; together once, and once more in a third of the orders.
  assert.equal(Math.round(apart - predictions.totalMs(cells)), Math.round((3 - 4 / 3) * 400));
});

test("a process that makes more runs of a cell takes longer for it, by what they take", () => {
  const options = (producers: string) =>
    readOptions("bench", [
      "node",
      "bench",
      "--strategies",
      "swap-buffer",
      "--producers",
      producers,
    ]);
  const cellOf = (producers: string) =>
    makePlan(options(producers), [RUNTIME]).find((cell) =>
      cell.subject === "swap-buffer" && cell.producers === 16
    )!;
  const predictions = new Predictions(120_000);
  const [twelve, three] = [cellOf("16"), cellOf("1,16,64,256,1024")];
  const more = predictions.totalMs([twelve]) - predictions.totalMs([three]);
  assert.ok(Math.abs(more - 9 * twelve.runTimeUs! / 1_000) < 1e-6, `${more} ms`);
});
