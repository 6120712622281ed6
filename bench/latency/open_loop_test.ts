/** An open loop through every strategy, in this process: all arrives, and what is said of it holds together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { ALTERNATIVES } from "../../strategies/alternatives/registry.ts";
import type { Params } from "../../strategies/strategy.ts";
import { STRATEGIES } from "../../strategies/registry.ts";
import { carryOut } from "../process/run.ts";
import type { CellSpec } from "../process/spec.ts";
import type { Spacing } from "./arrivals.ts";
import { openSubject } from "../subjects/registry.ts";
import { memoryRuns } from "../wire/memory_sink.ts";
import { PaceBlock } from "./pace_block.ts";

const ANSWERING = new URL("../testing/answering_worker.ts", import.meta.url);

/** 8 producers with 40 messages each, 20 ms long. */
async function openLoop(
  subjectName: string,
  spacing: Spacing,
  consumerWorkUs = 0,
  params: Params = {},
) {
  const pace = { ratePerS: 16_000, spacing, seed: 3 };
  const spec: CellSpec = {
    subject: subjectName,
    params,
    producers: 8,
    workers: 2,
    messages: 40,
    messageBytes: 24,
    turn: 0,
    runTimeUs: null,
    pace,
    reading: null,
    consumerWorkUs,
    capacity: 4_096,
    seed: 11,
    listener: null,
    storeBytes: 0,
    runId: "test",
    task: "measure",
  };
  const subject = await openSubject(spec, () => {});
  try {
    const context = {
      subject,
      openRun: memoryRuns(1 << 20),
      producers: 8,
    };
    const request = { runId: "test", messages: 40, messageBytes: 24, seed: 11, warmUp: false };
    // Twice, and once at full load between: nothing of one run may show in the next. In the last one producers join
    // and close while others send.
    const first = await carryOut(context, { ...request, pace: { ...pace, messages: 40 } });
    const full = await carryOut(context, request);
    const staggered = { ...pace, spacing: "staggered" as const, messages: 40 };
    const last = await carryOut(context, { ...request, pace: staggered });
    return { first, full, last };
  } finally {
    await subject.stop();
  }
}

for (const { name } of [...STRATEGIES, ...ALTERNATIVES]) {
  test(
    `${name}: every message of an open loop arrives and has its wait`,
    { timeout: 60_000 },
    async () => {
      const { first, full, last } = await openLoop(name, "exponential");
      assert.equal(full.status, "ok", full.detail);
      assert.equal(full.waits, null);
      for (const { status, detail, delivered, waits } of [first, last]) {
        assert.equal(status, "ok", detail);
        assert.equal(delivered, 320);
        const { handOff, uncorrected, late, clockErrorUs, counts } = waits!;
        assert.equal(counts.handOff.reduce((sum, [, count]) => sum + count, 0), 320);
        // What was sent when it was due, or later, cannot have been received before.
        assert.ok(late.p50 >= 0 && uncorrected!.p50 >= -clockErrorUs, JSON.stringify(waits));
        assert.ok(handOff!.p50 >= uncorrected!.p50 && handOff!.max >= late.p50);
        assert.ok(handOff!.p50 <= handOff!.p90 && handOff!.p99! <= handOff!.max);
      }
    },
  );
}

test(
  "a consumer that works on each run takes that long for each",
  { timeout: 60_000 },
  async () => {
    const us = 700;
    const { first, full } = await openLoop("swap-buffer", "exponential", us);
    for (const { status, detail, writes, elapsedUs } of [first, full]) {
      assert.equal(status, "ok", detail);
      assert.ok(elapsedUs >= writes * us, `${writes} writes in ${elapsedUs} µs`);
    }
    // A run lasts 20 ms, so that a consumer that is busy finds many messages in each of its runs.
    assert.ok(first.writes < 320 / 4, `${first.writes} writes`);
  },
);

test("of a hand-off that may drop nobody says waits, also where nothing was dropped", async () => {
  const { first, last } = await openLoop("swap-buffer", "even", 0, { overflow: "drop-newest" });
  for (const { status, detail, waits } of [first, last]) {
    assert.deepEqual([status, waits], ["dropped", null], detail);
  }
});

test("the pacing alone sends nothing and has its lateness", { timeout: 60_000 }, async () => {
  const { first } = await openLoop("empty", "even");
  assert.deepEqual([first.status, first.delivered, first.waits!.handOff], ["ok", 0, null]);
  assert.ok(first.waits!.late.max >= first.waits!.late.p50);
});

test("the start of a run is the same moment by both clocks", { timeout: 60_000 }, async () => {
  const block = PaceBlock.create(2, 1);
  const worker = new Worker(ANSWERING, {
    workerData: { memory: block.memory, workers: 2, runs: 3 },
  });
  try {
    for (let run = 0; run < 3; run++) {
      const answer = new Promise<{ startMs: number; originMs: number }>((resolve) =>
        worker.once("message", resolve)
      );
      const startMs = performance.now();
      block.startAt(startMs);
      const errorMs = block.ask(1);
      assert.ok(errorMs > 0 && Number.isFinite(errorMs));
      const other = await answer;
      const difference = other.originMs + other.startMs - (performance.timeOrigin + startMs);
      // The wall clock that both origins are read from may itself be set meanwhile.
      assert.ok(Math.abs(difference) < errorMs + 50, `${difference} ms`);
    }
  } finally {
    await worker.terminate();
  }
});
