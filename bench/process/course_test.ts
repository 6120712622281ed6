/** How many runs the cells of a process have, of runs that are made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { measuredRuns } from "./budget.ts";
import { Course, type Once } from "./course.ts";
import type { CellEvent, CellSpec, RunReport } from "./spec.ts";

/** What cells of so many producers tell, in this order, on two Workers. */
async function eventsOf(
  producers: number[],
  report: Partial<RunReport>,
  messages: number,
  more: Partial<CellSpec> = {},
  besideUs = 0,
) {
  const events: CellEvent[] = [];
  let us = 0;
  const course = new Course((event) => events.push(event), () => us / 1_000);
  const once: Once = (request) => {
    us += report.elapsedUs! + besideUs;
    return Promise.resolve({ messages: request.messages, ...report } as RunReport);
  };
  for (const count of producers) {
    const spec = { workers: 2, runTimeUs: 10_000, messageBytes: 8, pace: null, task: "measure" };
    await course.run({ ...spec, ...more, producers: count, messages } as CellSpec, once);
  }
  return events;
}

async function warmUps(producers: number[], report: Partial<RunReport>, messages: number) {
  const events = await eventsOf(producers, report, messages);
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

test("a process of few cells measures more runs of each, unless these are far longer than wanted", async () => {
  const runs = async (cells: number, elapsedUs: number) => {
    const events = await eventsOf([16], { elapsedUs }, 9, {
      measuredRuns: measuredRuns(cells, 10_000),
    });
    return events.filter(({ type }) => type === "run").length;
  };
  const most = (cells: number, runTimeUs: number) => measuredRuns(cells, runTimeUs);
  assert.deepEqual([1, 2, 3, 5, 14].map((cells) => most(cells, 10_000)), [12, 6, 4, 3, 3]);
  // A process of one P is no longer than a second for it.
  assert.deepEqual([22_000, 100_000, 12e6].map((us) => most(1, us)), [12, 5, 3]);
  assert.deepEqual([await runs(1, 10_000), await runs(1, 19_000)], [12, 12]);
  assert.deepEqual([await runs(5, 10_000), await runs(5, 19_000)], [3, 3]);
  // Twice 30 ms is enough, and two runs are the least.
  assert.deepEqual([await runs(5, 31_000), await runs(5, 900_000)], [2, 2]);
});

test("a warm-up ends after 400 ms, what its runs take outside of their own clock included, but not before twelve", async () => {
  const warm = async (elapsedUs: number, besideUs: number) => {
    const events = await eventsOf([16], { elapsedUs }, 9, {}, besideUs);
    return events.find((event) => event.type === "warm")!.runs;
  };
  assert.equal(await warm(10_000, 0), 40);
  assert.equal(await warm(10_000, 10_000), 21);
  assert.equal(await warm(10_000, 90_000), 12);
});
