/** What a process is told, one cell in a JSON line, and what it answers, one event in a JSON line. */
import type { Pace } from "../latency/arrivals.ts";
import type { Waits } from "../latency/waits.ts";
import type { Workload } from "../workload/lines.ts";
import type { Params } from "../../strategies/strategy.ts";
import type { SlowReading } from "../wire/slow_reader.ts";
import type { Verdict, VerdictStatus, VerifyMode } from "../wire/protocol.ts";

export interface CellSpec {
  /** The name of a strategy or a control. */
  subject: string;
  params: Params;
  producers: number;
  workers: number;
  /** Messages of each producer; for a pilot that chooses the number, the most. */
  messages: number;
  /** How long a run is to take, µs: a pilot chooses the messages for it. Null where their number was given. */
  runTimeUs: number | null;
  messageBytes: number;
  /** The shortest message of a mix; left out where all have the same size. */
  leastBytes?: number;
  /** Left out: messages of `messageBytes` bytes. */
  workload?: Workload;
  /** How long a producer works before each message, µs; left out where it does not. */
  workUs?: number;
  /** Messages that a producer sends before its Worker turns to the next one; 0: all of them. */
  turn: number;
  /** In an open loop: messages/s of all producers together, and how they are spaced. Null: as fast as possible. */
  pace: Omit<Pace, "messages"> | null;
  /** How slowly the listener is to read the measured runs of an open loop; null: as fast as it can. */
  reading: SlowReading | null;
  /** How long the consumer works on each batch that it receives, µs; left out where it does not. */
  consumerWorkUs?: number;
  capacity: number;
  seed: number;
  /** Null: there is no socket, and the consumer's own process keeps and checks the messages. */
  listener: { host: string; port: number } | null;
  /** What the check in this process may keep, where there is no listener. */
  storeBytes: number;
  /** Names the run in the listener's log. */
  runId: string;
  /** `measure` a cell, `pilot` it, or `calibrate` the chunk size of this runtime. */
  task: "measure" | "pilot" | "calibrate";
  /** Where runs have a wanted length: how many are measured at most; left out: three. */
  measuredRuns?: number;
  /** Runs that a pilot measures at least; left out: one. */
  pilotRuns?: number;
  /** What a client calls the subject (docs/clients.md); left out for a runtime. */
  arm?: string;
}

/** The outcome of a run: the word of its verdict, or why there is none. */
export type RunStatus = VerdictStatus | "timeout" | "memory-limit" | "error";

/** Whether everything is known about a run: nothing is missing that was not announced. */
export function isProven({ status }: { status: RunStatus }): boolean {
  return status === "ok" || status === "dropped";
}

/** Whether the counts of a good verdict are those of a run with so many messages, of all producers together. */
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
  /** An untimed pass in addition to the runs: a one-byte cell's messages in groups, or a pilot that fills the hand-off. */
  | { type: "proof"; status: RunStatus; detail: string }
  | { type: "calibrated"; chunk: number }
  | { type: "failed"; detail: string }
  /** `outcomes`: how many events `run`, `proof` and `failed` came before it; a profile leaves it out. */
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
  /** Messages of each producer; 0 where the subject sends none. */
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
  /** Messages that are missing as the hand-off had announced. */
  dropped: number;
  /** Bytes that the consumer wrote, and in how many calls. */
  bytes: number;
  writes: number;
  /** The largest write in bytes, which shows how much had gathered. */
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
  /** Null where the run is no open loop, or nothing is known about its waits. */
  waits: Waits | null;
}
