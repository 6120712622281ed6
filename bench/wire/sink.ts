/** Where a run's bytes go: over a socket to the listener, or into this process where no socket is wanted. */
import type { Arrivals } from "../latency/waits.ts";
import type { RunHeader, Verdict, VerifyMode } from "./protocol.ts";

/** Where one run is written to. Used by the consumer's thread only. */
export interface RunSink {
  /** How long opening took, handshake included, in µs. */
  readonly connectUs: number;
  /**
   * Deliver bytes; resolves when they may be reused. One write at a time. Rejects when the run has failed,
   * and every later write with the same error.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Call after the last write. Resolves with the acknowledged count as soon as the last byte has arrived. */
  finish(): Promise<number>;
  /** The result of the check; call after `finish`. */
  verdict(): Promise<RunVerdict>;
  /** What came, in which order and when, if the run asked for it; call after `verdict`. */
  arrivals(): Arrivals;
  /** Give the run up: pending and later calls reject with `reason`. */
  abort(reason: Error): void;
}

export interface RunVerdict extends Verdict {
  mode: VerifyMode;
  /** CPU time that the listener's process spent on the run, in µs; null where there is none. */
  listenerCpuUserUs: number | null;
  listenerCpuSystemUs: number | null;
}

/** Opens a sink for one run. `onFailure` is called as soon as the other end is gone. */
export type OpenRun = (header: RunHeader, onFailure: (reason: Error) => void) => Promise<RunSink>;
