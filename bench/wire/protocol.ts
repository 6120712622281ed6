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
/** How long a client may be silent in its run where its header does not say (ms). */
export const DEFAULT_SILENCE_MS = 60_000;
export const HELLO_BYTES = 32;
export const ACK_BYTES = 16;
export const CLOCK_BYTES = 16;
export const VERDICT_BYTES = 96;
/** Of one arrival stamp behind a verdict. */
export const STAMP_BYTES = 16;
/** Of one message's name behind the stamps. */
export const NAME_BYTES = 8;
export const MAX_CONNECTIONS = 256;

/** What a run consists of: messages of a fixed size or of mixed ones, text, JSON or domain lines, or the single bytes of a second pass. */
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
  /** 1, or 8 to 65,536; 1 under `grouped`; of lines the longest in bytes, its line feed included; under `mixed` the longest. */
  messageBytes: number;
  /** Of `mixed` the shortest, 8 or more; of no other. */
  leastBytes?: number;
  framing: Framing;
  producers: number;
  /** Messages per producer, or null where the client does not know. */
  messages: number | null;
  /** Goes into the bytes behind a message's number, so that a stale message shows. */
  seed: number;
  /** The number of the run among its client's, which goes into the content, too. */
  run: number;
  /** The run prepares measured ones; the listener's log says so. */
  warmUp: boolean;
  /** How long no byte may come before the listener gives the run up, in ms; left out: 60 s. */
  silenceMs?: number;
  /** Where one run comes over several connections: how many, and what its connections, and no others, share. */
  connections?: { count: number; token: bigint };
  /** Behind its messages the client says how many of each producer it has dropped (default false). */
  trailer?: boolean;
  /** The verdict is followed by the time at which each chunk of bytes was read (default false). */
  stamps?: boolean;
  /** Behind the stamps come the first eight bytes of every message, in the order of arrival (default false). */
  names?: boolean;
  /** The listener is to read this run slowly (default: as fast as it comes). */
  reading?: SlowReading;
  /** Times that the client asks for the listener's clock before it sends (default 0). */
  exchanges?: number;
}

/** When a chunk was read: the connection's bytes up to its end, and the listener's clock in ns. */
export interface Stamp {
  bytes: number;
  ns: bigint;
}

/** `after`: kept and checked after the acknowledgement. `inline`: checked as the bytes come. */
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
  /** The listener's store: a run of at most this many bytes is checked after its acknowledgement. */
  storeBytes: number;
  /** The listener's clock when it wrote this, in ns from any beginning. */
  clockNs: bigint;
}

/** What the bytes of a run turned out to be. */
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
  /** Missing, as the trailer had announced for their producer. */
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

/** Most bytes that the whole run should have, or null where the header does not tell. */
export function mostBytes(header: RunHeader): number | null {
  if (header.messages === null) return null;
  return header.producers * header.messages * header.messageBytes;
}

/** Whether messages end with a line feed and differ in length. */
export function isLines(framing: Framing): boolean {
  return framing !== "fixed" && framing !== "grouped" && framing !== "mixed";
}
