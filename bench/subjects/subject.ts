/** What a cell measures: a strategy with its Workers, or a control without. */
import type { ProducerWaits, RunPlan } from "../workers/control_block.ts";
import type { OpenRun, RunSink } from "../wire/sink.ts";
import type { RunTimes } from "../latency/waits.ts";
import type { CellSpec } from "../process/spec.ts";

/** Of a run in an open loop, once it has ended. */
export type OpenLoopTimes = Pick<RunTimes, "startMs" | "clockErrorMs" | "sentMs" | "received">;

export interface Subject {
  /** Shared memory of the hand-off, in bytes. */
  readonly sharedBytes: number;
  /** What one process of the cell sends in each run; `empty` sends nothing whatever was asked. */
  messagesOf(asked: number): number;
  /** Begin everything that belongs before the clock. The first run over each of its hand-offs has the producers that it was opened for. */
  prepare(plan: RunPlan): void;
  /** Of a subject whose Workers have connections of their own, after `prepare`: instead of the process's. */
  openRun?: OpenRun;
  /** Resolves when all of it is done and `transfer` can start at once. */
  ready(): Promise<void>;
  /**
   * From the release of the producers until the last write was accepted.
   * @param meanwhile what is awaited between the release and the first receive
   */
  transfer(sink: RunSink, meanwhile?: () => Promise<void>): Promise<Transferred>;
  /** Of the run that has ended; outside the clock. */
  waits(): Promise<RunWaits>;
  /**
   * Of a hand-off that may drop messages: how many of each producer it has dropped in the run, complete when `transfer`
   * has ended. Null and left out: it drops none.
   */
  readonly dropped?: Uint32Array | null;
  /** When a run in an open loop was sent and received; left out by a subject without producers. */
  times?(): OpenLoopTimes;
  /** The run has failed elsewhere: end a pending `transfer`. */
  fail(): void;
  stop(): Promise<void>;
}

export interface Transferred {
  bytes: number;
  writes: number;
  /** The largest write. */
  peakBytes: number;
}

/** What waiting cost in a run: the producers' threads, and the consumer's. Null where there are none. */
export type RunWaits = { [Name in keyof ProducerWaits]: ProducerWaits[Name] | null } & {
  consumerParks: number | null;
};

export const NO_WAITS: RunWaits = {
  producerParks: null,
  producerBlockedUs: null,
  failedClaims: null,
  consumerParks: null,
};

/** Opens a subject; `onFailure` is called when it dies by itself. */
export type OpenSubject = (spec: CellSpec, onFailure: (reason: Error) => void) => Promise<Subject>;
