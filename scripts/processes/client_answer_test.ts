/**
 * The listener, which may run on another machine, is trusted about what it has read unless it contradicts itself or the
 * task.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeVerdict } from "../../bench/wire/answers.ts";
import type { ListenerVerdict } from "../../bench/wire/protocol.ts";
import { type ClientTask, reportOf } from "./client_answer.ts";

const SHARED = {
  ...{ producers: 2, messages: 5, messageBytes: 8, seed: 1, run: 1, warmUp: false, runId: "run" },
};
const TASK: ClientTask = {
  ...SHARED,
  ...{ arm: "all", host: "", port: 0, workers: 1, content: "fixed", capacity: 1_024 },
};
const GOOD: ListenerVerdict = {
  ...{ status: "ok", mode: "after", detail: "", expected: 10, delivered: 10, dropped: 0 },
  ...{ lost: 0, duplicated: 0, reordered: 0, corrupted: 0 },
  ...{ listenerCpuUserUs: 1, listenerCpuSystemUs: 1 },
};

function statusOf(lie: Partial<ListenerVerdict>, bytes = 80): string {
  const verdict = encodeVerdict({ ...GOOD, ...lie });
  const counts = { bytes, writes: 1, peakBytes: bytes, acknowledged: bytes };
  const hex = Buffer.from(verdict).toString("hex");
  const answer = { type: "run", elapsedUs: 500, connectUs: 1, ...counts, verdict: hex };
  const header = { ...SHARED, framing: TASK.content };
  const run = { header, receivedBytes: bytes, spanUs: 100, verdict };
  return reportOf(JSON.stringify(answer), TASK, 1_000, { begun: 1, run }).status;
}

test("a verdict that contradicts itself, or the bytes of its task, is none", () => {
  assert.equal(statusOf({}), "ok");
  for (
    const lie of [
      { expected: 9, delivered: 9 },
      { expected: null },
      { delivered: 9 },
      { lost: 1 },
      { corrupted: 1 },
    ]
  ) {
    assert.throws(() => statusOf(lie), /contradicts its own counts/, JSON.stringify(lie));
  }
  assert.throws(() => statusOf({}, 72), /read 72 bytes, but the task has 80/);
  // A bad verdict is reported under its own name.
  assert.equal(statusOf({ status: "lost", delivered: 9, lost: 1 }, 72), "lost");
});
