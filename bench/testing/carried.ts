/**
 * Runs of a subject over a small hand-off, checked in this process, for tests that need no launcher and no listener.
 */
import assert from "node:assert/strict";
import { carryOut, type RunRequest } from "../process/run.ts";
import type { CellSpec, RunReport } from "../process/spec.ts";
import { openSubject } from "../subjects/registry.ts";
import { memoryRuns } from "../wire/memory_sink.ts";
import { SubjectFailure } from "../subjects/failure.ts";

const STORE_BYTES = 2 ** 22;
const PRODUCERS = 5;

type Asked = Pick<CellSpec, "subject" | "messageBytes" | "capacity" | "seed"> & Partial<CellSpec>;

/**
 * Carries out one run for each number of messages per producer, through one hand-off. Asserts that all have arrived.
 */
export async function carried(
  asked: Asked,
  runs: readonly number[],
  more: Partial<RunRequest> = {},
): Promise<RunReport[]> {
  const spec: CellSpec = {
    params: {},
    producers: PRODUCERS,
    workers: 2,
    messages: Math.max(...runs),
    runTimeUs: null,
    turn: 0,
    pace: null,
    reading: null,
    listener: null,
    storeBytes: STORE_BYTES,
    runId: "test",
    task: "measure",
    ...asked,
  };
  const failure = new SubjectFailure();
  const subject = await openSubject(spec, failure.tell);
  const reports: RunReport[] = [];
  try {
    const { producers, messageBytes, leastBytes = messageBytes, seed, runId } = spec;
    const { workload = "bytes", workUs = 0 } = spec;
    const context = { subject, openRun: memoryRuns(STORE_BYTES), producers, failure };
    const request = {
      messageBytes,
      leastBytes,
      workload,
      workUs,
      seed,
      runId,
      warmUp: false,
      ...more,
    };
    for (const messages of runs) {
      const report = await carryOut(context, { ...request, messages });
      assert.equal(report.status, "ok", report.detail);
      assert.equal(report.delivered, producers * messages);
      reports.push(report);
    }
  } finally {
    await subject.stop();
  }
  return reports;
}
