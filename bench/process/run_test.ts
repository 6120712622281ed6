/** A good verdict counts only where its own counts agree with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Subject } from "../subjects/subject.ts";
import type { RunSink, RunVerdict } from "../wire/sink.ts";
import { carryOut } from "./run.ts";

const BYTES = 80;
const GOOD: RunVerdict = {
  status: "ok",
  detail: "",
  mode: "after",
  expected: 10,
  delivered: 10,
  lost: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  dropped: 0,
  listenerCpuUserUs: 0,
  listenerCpuSystemUs: 0,
};

/** What becomes of a run of two producers with five messages each of which a listener says this. */
async function statusOf(lie: Partial<RunVerdict>): Promise<string> {
  const subject = {
    messagesOf: (messages: number) => messages,
    prepare() {},
    ready: () => Promise.resolve(),
    transfer: () => Promise.resolve({ bytes: BYTES, writes: 1, peakBytes: BYTES }),
    waits: () =>
      Promise.resolve({
        producerParks: 0,
        producerBlockedUs: 0,
        failedClaims: 0,
        consumerParks: 0,
      }),
  } as Partial<Subject> as Subject;
  const sink = {
    finish: () => Promise.resolve(BYTES),
    verdict: () => Promise.resolve({ ...GOOD, ...lie }),
    arrivals: () => ({ names: new Uint8Array(0), read: null }),
  } as Partial<RunSink> as RunSink;
  const { status } = await carryOut({
    subject,
    openRun: () => Promise.resolve(sink),
    producers: 2,
  }, { runId: "", messages: 5, messageBytes: 8, workload: "bytes", seed: 1, warmUp: false });
  return status;
}

test("a verdict that contradicts itself is none", async () => {
  assert.equal(await statusOf({}), "ok");
  assert.equal(await statusOf({ status: "dropped", delivered: 7, dropped: 3 }), "dropped");
  for (
    const lie of [
      { expected: 9, delivered: 9 },
      { expected: null },
      { delivered: 9 },
      { dropped: 1 },
      { lost: 1 },
      { duplicated: 1 },
      { reordered: 1 },
      { corrupted: 1 },
    ]
  ) {
    assert.equal(await statusOf(lie), "error", JSON.stringify(lie));
  }
});
