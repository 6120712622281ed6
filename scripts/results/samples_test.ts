/** The columns of a run's row that are not copied from its report. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunReport } from "../../bench/process/spec.ts";
import { readOptions } from "../session/options.ts";
import { END, REPORT, RUNTIME } from "../testing/cell_events.ts";
import { makePlan } from "./plan.ts";
import { samplesOf, skippedSample } from "./samples.ts";

const PLACE = { session: "s", round: 1, position: 1, seed: 1, cores: 2 };
const ARGS = ["node", "bench", "--strategies", "swap-buffer", "--message-size", "64"];
const [CELL] = makePlan(readOptions("bench", [...ARGS, "--producers", "8"]), [RUNTIME]);

function rowOf(more: Partial<RunReport>, place = PLACE) {
  const run = { ...REPORT, ...more, type: "run" as const };
  return samplesOf(CELL, place, { events: [run, END], end: "done", detail: "", wallMs: 9 })[0];
}

test("bytes per write are those of a mean write; there are none without a write or a run", () => {
  assert.equal(rowOf({ bytes: 1_024, writes: 5 }).bytes_per_write, 204.8);
  assert.equal(rowOf({ bytes: 0, writes: 0 }).bytes_per_write, null);
  assert.equal(skippedSample(CELL, PLACE, "why").bytes_per_write, null);
});

test("a run that may have dropped has its time in a column of its own, and one that fails has none", () => {
  const times = (more: Partial<RunReport>) => {
    const { elapsed_us, dropped_elapsed_us } = rowOf(more);
    return [elapsed_us, dropped_elapsed_us];
  };
  assert.deepEqual(times({}), [1_000, null]);
  assert.deepEqual(times({ status: "dropped" }), [null, 1_000]);
  assert.deepEqual(times({ status: "lost", lost: 1, delivered: 15 }), [null, null]);
});

test("a row says when threads share cores: Workers, consumer and listener", () => {
  assert.equal(rowOf({}).oversubscribed, true);
  assert.equal(rowOf({}, { ...PLACE, cores: 64 }).oversubscribed, false);
});
