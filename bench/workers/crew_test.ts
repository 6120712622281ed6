/** A Worker that dies in a run ends it at once, with its name, whatever the strategy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { STRATEGIES } from "../../strategies/registry.ts";
import { memoryRuns } from "../wire/memory_sink.ts";
import { carryOut } from "../process/run.ts";
import type { CellSpec } from "../process/spec.ts";
import { openStrategySubject } from "../subjects/strategy_subject.ts";
import { SubjectFailure } from "../subjects/failure.ts";

const SUICIDAL = { file: new URL("../testing/suicidal_worker.ts", import.meta.url), data: {} };

for (const strategy of STRATEGIES) {
  test(`${strategy.name}: a Worker that dies is named`, { timeout: 20_000 }, async () => {
    const spec: CellSpec = {
      subject: strategy.name,
      params: {},
      producers: 8,
      workers: 2,
      messages: 1_000_000_000,
      messageBytes: 8,
      turn: 0,
      runTimeUs: null,
      pace: null,
      reading: null,
      capacity: 4_096,
      seed: 1,
      listener: null,
      storeBytes: 0,
      runId: "test",
      task: "measure",
    };
    const failure = new SubjectFailure();
    const subject = await openStrategySubject(strategy, spec, failure.tell, SUICIDAL);
    try {
      const context = { subject, openRun: memoryRuns(1 << 20), producers: 8, failure };
      const request = { ...spec, pace: null, warmUp: false };
      await assert.rejects(carryOut(context, request), /^Error: Worker 1 died: it ended with exit/);
    } finally {
      subject.fail();
      await subject.stop();
    }
  });
}
