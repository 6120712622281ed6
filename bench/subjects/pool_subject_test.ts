/** A pool's hand-off fills before anything is taken, and the second pass goes over a small one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { messagesOf, type PoolTask } from "../peers/pool_task.ts";
import { carryOut } from "../process/run.ts";
import type { CellSpec } from "../process/spec.ts";
import { memoryRuns } from "../wire/memory_sink.ts";
import { openPool } from "./pool_subject.ts";

const SPEC: CellSpec = {
  ...{ subject: "piscina", producers: 3, workers: 2, messages: 2_000, messageBytes: 1, turn: 0 },
  ...{ runTimeUs: null, pace: null, reading: null, listener: null, storeBytes: 2 ** 20 },
  ...{ params: { task: "batch" }, capacity: 4_096, seed: 1, runId: "test", task: "measure" },
};

const PLAN = { messages: SPEC.messages, messageBytes: 1, seed: 1 };
/** Each task takes a turn of the event loop. */
const pool = (onTask: () => void) => () => ({
  run: async (task: PoolTask) => {
    await new Promise(setImmediate);
    if (task.to > task.from) onTask();
    return messagesOf(task);
  },
  stop: () => Promise.resolve(),
});

test("tasks fill the capacity while the consumer takes nothing", { timeout: 10_000 }, async () => {
  let tasks = 0;
  const subject = openPool(pool(() => tasks++), { ...SPEC, params: { task: "message" } });
  const open = memoryRuns(SPEC.storeBytes);
  const header = {
    framing: "fixed",
    producers: SPEC.producers,
    runId: "test",
    warmUp: false,
  } as const;
  const sink = await open({ ...header, ...PLAN, messageBytes: 8, run: 1 }, () => {});
  let before = 0;
  const write = (bytes: Uint8Array) => {
    before ||= tasks;
    return sink.write(bytes);
  };
  subject.prepare({
    ...PLAN,
    producers: SPEC.producers,
    messageBytes: 8,
    run: 1,
    proof: false,
    pace: null,
  });
  await subject.ready();
  // Half of the capacity is for results.
  const full = SPEC.capacity / 2 / 8;
  await subject.transfer({ ...sink, write }, async () => {
    while (tasks < full) await new Promise(setImmediate);
  });
  assert.ok(before >= full, `${before} tasks before the first write`);
  assert.equal((await sink.verdict()).status, "ok");
});

test("the second pass goes over a hand-off of 256 bytes", async () => {
  const report = await carryOut({
    subject: openPool(pool(() => {}), SPEC),
    openRun: memoryRuns(SPEC.storeBytes),
    producers: SPEC.producers,
  }, { ...PLAN, runId: "test", warmUp: false, proof: true });
  assert.equal(report.status, "ok", report.detail);
  assert.ok(report.peakBytes <= 256, `${report.peakBytes} bytes`);
  assert.ok(report.writes > 20, `${report.writes} writes`);
});

test("a task works before each of its messages, and makes them of any length", async () => {
  const [messages, workUs] = [20, 150];
  const runs = [
    { messageBytes: 8, workUs },
    { messageBytes: 1, workUs },
    { leastBytes: 16, messageBytes: 1_000, workUs: 0 },
  ];
  for (const [at, content] of runs.entries()) {
    const report = await carryOut({
      subject: openPool(pool(() => {}), { ...SPEC, ...content }),
      openRun: memoryRuns(SPEC.storeBytes),
      producers: SPEC.producers,
    }, { ...content, messages, seed: at, runId: "test", warmUp: false });
    assert.equal(report.status, "ok", report.detail);
    // On this one thread.
    const worked = SPEC.producers * messages * content.workUs;
    assert.ok(report.elapsedUs >= worked, `${report.elapsedUs} of ${worked} µs`);
  }
});
