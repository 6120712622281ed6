/** The published arms: what their clocks leave out, and that none of them outlives its time limit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArmSpec } from "../../bench/as_published/spec.ts";
import { currentRuntime } from "../../bench/runtime.ts";
import { runArm } from "./arm_process.ts";
import { startEchoProcess } from "./echo_process.ts";
import { findRuntime } from "../processes/runtimes.ts";

const RUNTIME = findRuntime(`${currentRuntime().kind}=${process.execPath}`);
const SLOW = { timeout: 60_000 };
const ALL = 64 * 50;

function answerOf(spec: Partial<ArmSpec>, { host, port }: { host: string; port: number }) {
  return runArm(
    RUNTIME,
    { arm: "mutex", producers: 64, workers: 2, messages: 50, timeoutMs: 100, host, port, ...spec },
    { timeoutMs: 30_000, signal: new AbortController().signal },
  );
}

test("the mutex arm stops before all is sent, the channel arm when all is", SLOW, async () => {
  const listener = await startEchoProcess(RUNTIME);
  try {
    const mutex = await answerOf({ arm: "mutex" }, listener);
    assert.equal(mutex.type, "arm", JSON.stringify(mutex));
    assert.ok(mutex.type === "arm" && mutex.runs.length > 0);
    for (const { stopped, allSent } of mutex.runs) {
      // However late the Worker was to count, the other producers of that Worker had not begun.
      assert.ok(stopped.sent >= 50 && stopped.sent <= ALL / 2 + 50, JSON.stringify(stopped));
      assert.equal(allSent.sent, ALL);
      assert.ok(Number.isFinite(stopped.elapsedUs) && Number.isFinite(allSent.elapsedUs));
      assert.ok(allSent.written <= ALL);
    }
    const channel = await answerOf({ arm: "channel" }, listener);
    assert.ok(channel.type === "arm" && channel.runs.length > 0, JSON.stringify(channel));
    for (const { stopped, allSent } of channel.runs) {
      assert.equal(stopped.sent, ALL);
      assert.deepEqual(stopped, allSent);
      assert.ok(stopped.written <= ALL);
      assert.equal(stopped.again, 0);
    }
  } finally {
    await listener.stop();
  }
});

test(
  "everything to the published listener ends by itself and says how far it came",
  SLOW,
  async () => {
    const listener = await startEchoProcess(RUNTIME);
    try {
      const stall = { arm: "stall", producers: 16_384, messages: 1_000 } as const;
      const outcome = await answerOf({ ...stall, timeoutMs: 50 }, listener);
      assert.ok(outcome.type === "stall", JSON.stringify(outcome));
      assert.equal(outcome.bytes, 16_384_000);
      assert.equal(outcome.accepted < outcome.bytes, outcome.stalled);
      const small = await answerOf({ ...stall, producers: 2, timeoutMs: 20_000 }, listener);
      assert.ok(small.type === "stall", JSON.stringify(small));
      assert.deepEqual([small.bytes, small.accepted, small.stalled], [2_000, 2_000, false]);
    } finally {
      await listener.stop();
    }
  },
);

test("an arm without its listener, past its limit or interrupted says so", SLOW, async () => {
  const listener = await startEchoProcess(RUNTIME);
  await listener.stop();
  assert.ok(listener.gone.aborted);
  // Not the port that the listener had, which another test may use by now.
  const refused = await answerOf({ arm: "mutex" }, { host: "127.0.0.1", port: 1 });
  assert.ok(refused.type === "failed", JSON.stringify(refused));
  assert.match(refused.detail, /the published listener is gone/);
  const spec: ArmSpec = {
    arm: "stall",
    producers: 1,
    workers: 1,
    messages: 1,
    timeoutMs: 1,
    host: "127.0.0.1",
    port: 1,
  };
  const run = (timeoutMs: number, signal: AbortSignal) =>
    runArm(RUNTIME, spec, { timeoutMs, signal });
  assert.deepEqual(await run(1, new AbortController().signal), {
    type: "failed",
    detail: "stopped after 0.001 s",
  });
  const abort = new AbortController();
  const interrupted = run(30_000, abort.signal);
  abort.abort();
  assert.deepEqual(await interrupted, { type: "interrupted" });
});
