/** The events of a cell's process when all is well, for tests that need no process. */
import type { CellEvent, RunReport } from "../../bench/process/spec.ts";
import type { Runtime } from "../processes/runtimes.ts";

export const RUNTIME: Runtime = {
  kind: "node",
  version: "1",
  path: "node",
  source: "pinned",
  label: "node",
};
export const REPORT: RunReport = {
  status: "ok",
  detail: "",
  verify: "after",
  elapsedUs: 1_000,
  messages: 16,
  connectUs: 10,
  expected: 16,
  delivered: 16,
  lost: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  dropped: 0,
  bytes: 16,
  writes: 1,
  peakBytes: 16,
  producerParks: 0,
  producerBlockedUs: 0,
  failedClaims: 0,
  consumerParks: 0,
  cpuUserUs: 1,
  cpuSystemUs: 1,
  listenerCpuUserUs: 1,
  waits: null,
  listenerCpuSystemUs: 1,
};
export const RUN: CellEvent = { type: "run", ...REPORT };
export const END: CellEvent = { type: "end", rssPeakBytes: 1 };
export const PROOF: CellEvent = { type: "proof", status: "ok", detail: "" };
