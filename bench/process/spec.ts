/** What a process is told, one cell in a JSON line, and what it answers, one event in a JSON line. */
import type { Pace } from "../latency/arrivals.ts";
import type { Waits } from "../latency/waits.ts";
import type { Workload } from "../workload/lines.ts";
import type { Params } from "../../strategies/strategy.ts";
import type { SlowReading } from "../wire/slow_reader.ts";
import type { Verdict, VerdictStatus, VerifyMode } from "../wire/protocol.ts";

export interface CellSpec {
  /** A strategy's or a control's name. */
  subject: string;
  params: Params;
  producers: number;
  workers: number;
  /** A producer; of a pilot that chooses the most. */
  messages: number;
  /** What a run is to take, µs: a pilot chooses the messages for it. Null where their number was given. */
  runTimeUs: number | null;
  messageBytes: number;
  /** Of a mix the shortest; left out: all have the same. */
  leastBytes?: number;
  /** Left out: messages of that size. */
  workload?: Workload;
  /** How long a producer works before each message, µs; left out: not at all. */
  workUs?: number;
  /** Messages per producer sends before its Worker turns to the next one; 0 = to its end. */
  turn: number;
  /** An open loop: messages/s of all producers together, and how they are spaced. Null: as fast as they go. */
  pace: Omit<Pace, "messages"> | null;
  /** How slowly the listener is to read the measured runs of an open loop; null: as fast as they come. */
  reading: SlowReading | null;
  /** How long the consumer works on each run that it receives, µs; left out: not at all. */
  consumerWorkUs?: number;
  capacity: number;
  seed: number;
  /** Null: no socket, the consumer's own process keeps and checks the messages. */
  listener: { host: string; port: number } | null;
  /** Of the check in this process, where there is no listener. */
  storeBytes: number;
  /** Goes into the listener's log. */
  runId: string;
  /** `measure` a cell, `pilot` it, or `calibrate` the chunk size of this runtime. */
  task: "measure" | "pilot" | "calibrate";
  /** Of a run time: so many runs are measured at most; left out: three. */
  measuredRuns?: number;
  /** What a pilot measures at least; left out: one run. */
  pilotRuns?: number;
  /** What a client calls the subject (docs/clients.md); none under a runtime. */
  arm?: string;
}

/** The outcome of a run: its verdict's word, or why there is none. */
export type RunStatus = VerdictStatus | "timeout" | "memory-limit" | "error";

/** Whether all is known of a run: nothing is missing that was not announced. */
export function isProven({ status }: { status: RunStatus }): boolean {
  return status === "ok" || status === "dropped";
}

/** Whether the counts of a good verdict are those of a run of so many messages, all producers together. */
export function agrees(verdict: Verdict, messages: number): boolean {
  const { expected, delivered, dropped, lost, duplicated, reordered, corrupted } = verdict;
  return expected === messages && delivered + dropped === messages &&
    lost + duplicated + reordered + corrupted === 0;
}

export type CellEvent =
  | {
    type: "ready";
    workerStartMs: number | null;
    sharedBytes: number | null;
    rssReadyBytes: number | null;
  }
  /** `steady` is null where the process was warm already. */
  | { type: "warm"; runs: number; steady: boolean | null }
  | ({ type: "run" } & RunReport)
  /** An untimed pass beside the runs: a one-byte cell's messages in groups, or a pilot's fill of the capacity. */
  | { type: "proof"; status: RunStatus; detail: string }
  | { type: "calibrated"; chunk: number }
  | { type: "failed"; detail: string }
  /** `outcomes`: the events `run`, `proof` and `failed` before it; a profile leaves it out. */
  | { type: "end"; rssPeakBytes: number | null; outcomes?: number };

/** Whether an event says what became of messages. */
export function isVerdict(
  event: CellEvent,
): event is Extract<CellEvent, { type: "run" | "proof" }> {
  return event.type === "run" || event.type === "proof";
}

/** Whether an event decides what becomes of a cell: none of them may be lost on the way. */
export function isOutcome(event: CellEvent): boolean {
  return isVerdict(event) || event.type === "failed";
}

/** One measured run. */
export interface RunReport {
  status: RunStatus;
  detail: string;
  verify: VerifyMode;
  /** A producer; 0 of a subject that sends none. */
  messages: number;
  /** From the release of the producers to the acknowledgement of the last byte. */
  elapsedUs: number;
  connectUs: number;
  expected: number | null;
  delivered: number;
  lost: number;
  duplicated: number;
  reordered: number;
  corrupted: number;
  /** Missing, as the hand-off had announced. */
  dropped: number;
  /** Bytes and calls that the consumer wrote. */
  bytes: number;
  writes: number;
  /** The largest write in bytes: how much had gathered. */
  peakBytes: number;
  producerParks: number | null;
  producerBlockedUs: number | null;
  failedClaims: number | null;
  consumerParks: number | null;
  /** Null where a client does not say. */
  cpuUserUs: number | null;
  cpuSystemUs: number | null;
  listenerCpuUserUs: number | null;
  listenerCpuSystemUs: number | null;
  /** Of an open loop. */
  waits: Waits | null;
}
