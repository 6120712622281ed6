/**
 * The wire protocol between a client that delivers messages and the listener that verifies them.
 * `docs/protocol.md` is the same in words, for writing a client in another language.
 *
 *     client   → header (128 bytes)
 *     listener → hello (32 bytes)              before any data flows
 *     both     ↔ clock exchanges (16 bytes)    as many as the header asks for
 *     client   → messages … trailer, half-close
 *     listener → acknowledgement (16 bytes)    stops the client's clock
 *     listener → verdict (96 bytes + detail + stamps + names)   after the check
 *
 * All numbers are little-endian. Each of the listener's answers opens with a magic of its own, so that a
 * stranger on the port is recognised at the first eight bytes.
 */

import type { SlowReading } from "./slow_reader.ts";

export const PROTOCOL_VERSION = 2;
export const HEADER_BYTES = 128;
/** How long a client may be silent during its run, unless its header says otherwise (ms). */
export const DEFAULT_SILENCE_MS = 60_000;
export const HELLO_BYTES = 32;
export const ACK_BYTES = 16;
export const CLOCK_BYTES = 16;
export const VERDICT_BYTES = 96;
/** Bytes of one arrival stamp after a verdict. */
export const STAMP_BYTES = 16;
/** Bytes of one message's name after the stamps. */
export const NAME_BYTES = 8;
export const MAX_CONNECTIONS = 256;

/**
 * What a run consists of: messages of one size or of mixed sizes; lines of text, JSON or domains; or the single bytes
 * of a second pass.
 */
export const FRAMINGS = [
  "fixed",
  "newline",
  "grouped",
  "json",
  "domains",
  "filler",
  "mixed",
] as const;
export type Framing = (typeof FRAMINGS)[number];

/** What a client announces before it sends. */
export interface RunHeader {
  /** Up to 24 bytes of ASCII that name the run in the listener's log. */
  runId: string;
  /**
   * 1, or 8 to 65,536; 1 under `grouped`. Of lines, the longest, its line feed included; under `mixed`, the longest.
   */
  messageBytes: number;
  /** The shortest message under `mixed`, 8 or more; left out otherwise. */
  leastBytes?: number;
  framing: Framing;
  producers: number;
  /** Messages per producer, or null where the client does not know. */
  messages: number | null;
  /** Part of every message's content, so that a message of an earlier run is recognised. */
  seed: number;
  /** The number of the run among its client's, which is part of the content, too. */
  run: number;
  /** The run only warms up; the listener's log says so. */
  warmUp: boolean;
  /** After how many ms without a byte the listener gives the run up; left out: 60 s. */
  silenceMs?: number;
  /** Where one run comes over several connections: how many, and a token that only these connections share. */
  connections?: { count: number; token: bigint };
  /** After its messages, the client says how many of each producer it has dropped (default false). */
  trailer?: boolean;
  /** The verdict is followed by the time at which each chunk of bytes was read (default false). */
  stamps?: boolean;
  /** After the stamps come the first eight bytes of every message, in the order of arrival (default false). */
  names?: boolean;
  /** How slowly the listener is to read this run (default: as fast as it can). */
  reading?: SlowReading;
  /** How often the client asks for the listener's clock before it sends (default 0). */
  exchanges?: number;
}

/** When a chunk was read: how many bytes of the connection had come with it, and the listener's clock in ns. */
export interface Stamp {
  bytes: number;
  ns: bigint;
}

/** `after`: the bytes are kept, and checked after the acknowledgement. `inline`: they are checked as they come. */
export type VerifyMode = "after" | "inline";

/** Why a listener refuses a header; `accepted` is the only value after which data may flow. */
export const HELLO_STATUS = [
  "accepted",
  "not a header",
  "another version",
  "bad values",
  "busy",
  "incomplete",
] as const;
export type HelloStatus = (typeof HELLO_STATUS)[number];

export interface Hello {
  status: HelloStatus;
  mode: VerifyMode;
  /** Bytes of the listener's store: a run of at most so many is checked after its acknowledgement. */
  storeBytes: number;
  /** The listener's clock when it wrote this, in ns since any moment. */
  clockNs: bigint;
}

/** What a check can find about the bytes of a run. */
export const VERDICT_STATUS = [
  "ok",
  "lost",
  "duplicated",
  "reordered",
  "corrupt",
  "dropped",
] as const;
export type VerdictStatus = (typeof VERDICT_STATUS)[number];

export interface Verdict {
  status: VerdictStatus;
  /** Messages that should have come, or null where the client did not say. */
  expected: number | null;
  /** Messages that came, faulty ones included. */
  delivered: number;
  lost: number;
  duplicated: number;
  reordered: number;
  corrupted: number;
  /** Messages that are missing as the trailer had announced for their producer. */
  dropped: number;
  /** The first fault in words, or "". */
  detail: string;
}

/** A verdict as it crosses the wire, with what the listener's process spent on the run. */
export interface ListenerVerdict extends Verdict {
  mode: VerifyMode;
  listenerCpuUserUs: number;
  listenerCpuSystemUs: number;
}

/** The peer does not speak this protocol, or not this version of it. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** The most bytes that the whole run should have, or null where the header does not tell. */
export function mostBytes(header: RunHeader): number | null {
  if (header.messages === null) return null;
  return header.producers * header.messages * header.messageBytes;
}

/** Whether messages end with a line feed and differ in length. */
export function isLines(framing: Framing): boolean {
  return framing !== "fixed" && framing !== "grouped" && framing !== "mixed";
}
