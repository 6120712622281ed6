/** What a cell measures: a strategy with its Workers, or a control without. */
import type { ProducerWaits, RunPlan } from "../workers/control_block.ts";
import type { OpenRun, RunSink } from "../wire/sink.ts";
import type { RunTimes } from "../latency/waits.ts";
import type { CellSpec } from "../process/spec.ts";

/** When the messages of a run in an open loop were sent and received, known once it has ended. */
export type OpenLoopTimes = Pick<RunTimes, "startMs" | "clockErrorMs" | "sentMs" | "received">;

export interface Subject {
  /** Shared memory of the hand-off, in bytes. */
  readonly sharedBytes: number;
  /** Messages that each producer sends in a run where so many were asked for; `empty` sends none in any case. */
  messagesOf(asked: number): number;
  /**
   * Begin everything that is done before the clock starts. The first run over each of its hand-offs has the producers
   * that it was opened for.
   */
  prepare(plan: RunPlan): void;
  /**
   * Where the subject's Workers have connections of their own: opens the run after `prepare`, in place of the
   * process's.
   */
  openRun?: OpenRun;
  /** Resolves when all of it is done and `transfer` can start at once. */
  ready(): Promise<void>;
  /**
   * Lasts from the release of the producers until the last write was accepted.
   * @param meanwhile what is awaited between the release and the first receive
   */
  transfer(sink: RunSink, meanwhile?: () => Promise<void>): Promise<Transferred>;
  /** What waiting cost in the run that has ended; asked for outside the clock. */
  waits(): Promise<RunWaits>;
  /**
   * How many messages of each producer the hand-off has dropped in the run, complete when `transfer` has ended. Null or
   * left out where it never drops any.
   */
  readonly dropped?: Uint32Array | null;
  /** When a run in an open loop was sent and received; left out by a subject without producers. */
  times?(): OpenLoopTimes;
  /** The run has failed elsewhere: end a `transfer` that is pending. */
  fail(): void;
  stop(): Promise<void>;
}

export interface Transferred {
  bytes: number;
  writes: number;
  /** Bytes of the largest write. */
  peakBytes: number;
}

/** What waiting cost the producers' threads and the consumer's in a run. Null where there are none. */
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
