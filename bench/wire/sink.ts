/** Where a run's bytes go: over a socket to the listener, or into this process where no socket is wanted. */
import type { Arrivals } from "../latency/waits.ts";
import type { RunHeader, Verdict, VerifyMode } from "./protocol.ts";

/** One run's way out. Used by the consumer's thread only. */
export interface RunSink {
  /** How long it took to open, handshake included, in µs. */
  readonly connectUs: number;
  /**
   * Deliver bytes; resolves when they may be reused. One write at a time. Rejects when the run has failed,
   * and every later write with the same error.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** No more bytes. Resolves with the acknowledged count as soon as the last byte has arrived. */
  finish(): Promise<number>;
  /** The proof, after `finish`. */
  verdict(): Promise<RunVerdict>;
  /** Of a run that asked for it, after `verdict`: what came, in which order and when. */
  arrivals(): Arrivals;
  /** Drop the run: pending and later calls reject with `reason`. */
  abort(reason: Error): void;
}

export interface RunVerdict extends Verdict {
  mode: VerifyMode;
  /** What the listener's process spent on the run in µs; null where there is none. */
  listenerCpuUserUs: number | null;
  listenerCpuSystemUs: number | null;
}

/** Opens the way for one run. `onFailure` tells as soon as the other end is gone. */
export type OpenRun = (header: RunHeader, onFailure: (reason: Error) => void) => Promise<RunSink>;
