/** What a process for a published arm is told, as JSON in its only argument, and the one JSON line that it answers. */

/** The post's two arms; and `stall`, which writes to the post's listener and leaves nothing out. */
export type ArmName = "mutex" | "channel" | "stall";

export interface ArmSpec {
  arm: ArmName;
  producers: number;
  workers: number;
  /** Messages of each producer, one byte each. */
  messages: number;
  /** Address of the published listener. */
  host: string;
  port: number;
  /** For `stall` alone: how long it may take. */
  timeoutMs: number;
}

/** One run of an arm by the post's clock. Nobody has acknowledged any of it. */
export interface ArmRun {
  /** When the arm's own clock stopped: for `mutex`, when the first producer had ended; for `channel`, the last one. */
  stopped: Moment;
  /** When the last producer had ended, which is what `mutex` would have shown by the rule of `channel`. */
  allSent: Moment;
}

/** What had happened by one moment of a run. */
export interface Moment {
  elapsedUs: number;
  /** Messages that the producers had handed over. */
  sent: number;
  /** Bytes given to the socket that had not been given to it before. */
  written: number;
  /** Bytes given to the socket again. */
  again: number;
}

/** How much of a whole run's bytes was written. */
export interface Stall {
  bytes: number;
  /** Bytes whose write was accepted, by the system's buffers and not by the listener. */
  accepted: number;
  stalled: boolean;
  elapsedMs: number;
}

export type ArmAnswer =
  | { type: "arm"; runs: ArmRun[] }
  | ({ type: "stall" } & Stall)
  | { type: "failed"; detail: string };
