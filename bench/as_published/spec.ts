/** What a process of a published arm is told, as JSON in its only argument, and the one JSON line it answers. */

/** The post's two arms, and its listener with everything delivered. */
export type ArmName = "mutex" | "channel" | "stall";

export interface ArmSpec {
  arm: ArmName;
  producers: number;
  workers: number;
  /** A producer, of one byte each. */
  messages: number;
  /** Of the published listener. */
  host: string;
  port: number;
  /** `stall` alone: how long it may take. */
  timeoutMs: number;
}

/** One run of an arm by the post's clock. Nothing of it was acknowledged by anybody. */
export interface ArmRun {
  /** When the arm's own clock stopped: mutex, the first producer had ended; channel, the last one. */
  stopped: Moment;
  /** When the last producer had ended: of the mutex arm, what the channel arm's rule would have shown. */
  allSent: Moment;
}

/** What had happened by a moment of a run. */
export interface Moment {
  elapsedUs: number;
  /** Messages that the producers had handed over. */
  sent: number;
  /** Bytes given to the socket for the first time. */
  written: number;
  /** Bytes given to the socket once more. */
  again: number;
}

/** How far the bytes of a whole run came. */
export interface Stall {
  bytes: number;
  /** Bytes whose write was accepted: by the system's buffers, not by the listener. */
  accepted: number;
  stalled: boolean;
  elapsedMs: number;
}

export type ArmAnswer =
  | { type: "arm"; runs: ArmRun[] }
  | ({ type: "stall" } & Stall)
  | { type: "failed"; detail: string };
