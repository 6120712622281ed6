/** How many warm-up runs the cells of a process have, of runs that are made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Course, type Once } from "./course.ts";
import type { CellEvent, CellSpec, RunReport } from "./spec.ts";

/** Warm-up runs of cells of so many producers, in this order, on two Workers. */
async function warmUps(producers: number[], report: Partial<RunReport>, messages: number) {
  const events: CellEvent[] = [];
  const course = new Course((event) => events.push(event));
  const once: Once = (request) =>
    Promise.resolve({ messages: request.messages, ...report } as RunReport);
  for (const count of producers) {
    const spec = { workers: 2, runTimeUs: 10_000, messageBytes: 8, pace: null, task: "measure" };
    await course.run({ ...spec, producers: count, messages } as CellSpec, once);
  }
  return events.flatMap((event) => event.type === "warm" ? [event.runs] : []);
}

test("a process warms up at its first cell and with each further Worker, then by one run", async () => {
  const run = { elapsedUs: 20_000 };
  assert.deepEqual(await warmUps([16, 1, 64], run, 1_000), [20, 1, 1]);
  assert.deepEqual(await warmUps([1, 16, 64], run, 1_000), [20, 20, 1]);
});

test("a run with the least of messages is long, and needs none; one without messages is not", async () => {
  assert.deepEqual(await warmUps([16, 64], { elapsedUs: 20_000 }, 2), [20, 0]);
  assert.deepEqual(await warmUps([16, 64], { elapsedUs: 100, messages: 0 }, 2), [64, 1]);
});
