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

/** One run, and how many tasks had ended when the first bytes were written. */
async function carry(request: { messageBytes: number; proof?: boolean; late?: boolean }) {
  let tasks = 0;
  let before = -1;
  const run = (task: PoolTask) => {
    if (task.to > task.from) tasks++;
    return Promise.resolve(messagesOf(task));
  };
  const openRun = memoryRuns(SPEC.storeBytes);
  const report = await carryOut({
    subject: openPool(() => ({ run, stop: () => Promise.resolve() }), SPEC),
    openRun: async (...args) => {
      const sink = await openRun(...args);
      const write = (bytes: Uint8Array) => {
        if (before < 0) before = tasks;
        return sink.write(bytes);
      };
      return { ...sink, write };
    },
    producers: SPEC.producers,
    subjectFailed: new Promise(() => {}),
  }, { messages: SPEC.messages, seed: 1, runId: "test", warmUp: false, ...request });
  assert.equal(report.status, "ok", report.detail);
  return { report, before };
}

test("a late consumer finds the capacity full", async () => {
  const { report, before } = await carry({ messageBytes: 8, late: true });
  assert.ok(report.peakBytes > SPEC.capacity / 4, `${report.peakBytes} bytes`);
  assert.ok(before > 1, `${before} tasks`);
});

test("the second pass goes over a hand-off of 256 bytes", async () => {
  const { report } = await carry({ messageBytes: 1, proof: true });
  assert.ok(report.peakBytes <= 256, `${report.peakBytes} bytes`);
  assert.ok(report.writes > 20, `${report.writes} writes`);
});
