/**
 * The wire protocol between a client that delivers messages and the listener that verifies them.
 * `docs/protocol.md` is the same in words, for writing a client in another language.
 *
 *     client   → header (128 bytes)
 *     listener → hello (32 bytes)              before any data flows
 *     client   → messages … half-close
 *     listener → acknowledgement (16 bytes)    stops the client's clock
 *     listener → verdict (96 bytes + detail)   after the check
 *
 * All numbers are little-endian. Each of the listener's answers opens with a magic of its own, so that a
 * stranger on the port is recognised at the first eight bytes.
 */

import { MAX_MESSAGE_BYTES } from "../strategies/strategy.ts";
import { printable } from "./printable.ts";

export const PROTOCOL_VERSION = 2;
export const HEADER_BYTES = 128;
/** How long a client may be silent in its run where its header does not say (ms). */
export const DEFAULT_SILENCE_MS = 60_000;
const MAX_SILENCE_MS = 2 ** 31 - 1;
const WARM_UP = 1;
export const HELLO_BYTES = 32;
export const ACK_BYTES = 16;
export const VERDICT_BYTES = 96;
const MAX_DETAIL_BYTES = 4_096;
const UNKNOWN = 0xffff_ffff_ffff_ffffn;
const RUN_ID_BYTES = 24;

const MAGIC = { header: "FANINRUN", hello: "FANINSRV", ack: "FANINACK", verdict: "FANINVER" };

/** What a run consists of: messages of a fixed size, lines, or the single bytes of a second pass. */
export const FRAMINGS = ["fixed", "newline", "grouped"] as const;
export type Framing = (typeof FRAMINGS)[number];

/** What a client announces before it sends. */
export interface RunHeader {
  /** Up to 24 bytes of ASCII that name the run in the listener's log. */
  runId: string;
  /** 1, or 8 to 65,536; 1 under `grouped`; under `newline` the longest line in bytes, its line feed included. */
  messageBytes: number;
  framing: Framing;
  producers: number;
  /** Messages a producer, or null where the client does not know. */
  messages: number | null;
  /** Goes into the bytes behind a message's number, so that a stale message shows. */
  seed: number;
  /** The number of the run among its client's, which goes into the content, too. */
  run: number;
  /** The run prepares measured ones; the listener's log says so. */
  warmUp: boolean;
  /** How long no byte may come before the listener gives the run up, in ms; left out: 60 s. */
  silenceMs?: number;
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
] as const;
export type HelloStatus = (typeof HELLO_STATUS)[number];

export interface Hello {
  status: HelloStatus;
  mode: VerifyMode;
  /** The listener's store: a run of at most this many bytes is checked after its acknowledgement. */
  storeBytes: number;
}

/** What the bytes of a run turned out to be. */
export const VERDICT_STATUS = ["ok", "lost", "duplicated", "reordered", "corrupt"] as const;
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

/** Bytes that the whole run should have, or null where the header does not tell. */
export function expectedBytes(header: RunHeader): number | null {
  if (header.messages === null || header.framing === "newline") return null;
  return header.producers * header.messages * header.messageBytes;
}

export function encodeHeader(header: RunHeader): Uint8Array {
  const { bytes, view } = block(HEADER_BYTES, MAGIC.header);
  view.setUint16(8, PROTOCOL_VERSION, true);
  view.setUint16(10, HEADER_BYTES, true);
  view.setUint8(12, FRAMINGS.indexOf(header.framing));
  view.setUint16(14, 1, true);
  view.setUint32(16, header.messageBytes, true);
  view.setUint32(20, header.producers, true);
  setCount(view, 24, header.messages);
  view.setUint32(32, header.seed, true);
  view.setUint32(36, header.warmUp ? WARM_UP : 0, true);
  bytes.set(ascii(header.runId).subarray(0, RUN_ID_BYTES), 40);
  view.setUint32(64, header.run, true);
  view.setUint32(68, header.silenceMs ?? 0, true);
  return bytes;
}

/** The header, or the reason to refuse it with. */
export function decodeHeader(bytes: Uint8Array): RunHeader | Exclude<HelloStatus, "accepted"> {
  const view = viewOf(bytes);
  if (!hasMagic(bytes, MAGIC.header)) return "not a header";
  if (view.getUint16(8, true) !== PROTOCOL_VERSION) return "another version";
  if (bytes.length < HEADER_BYTES || view.getUint16(10, true) < HEADER_BYTES) return "bad values";
  const messages = getCount(view, 24);
  const framing = FRAMINGS[view.getUint8(12)];
  if (framing === undefined) return "bad values";
  const silenceMs = view.getUint32(68, true);
  const header: RunHeader = {
    framing,
    messageBytes: view.getUint32(16, true),
    producers: view.getUint32(20, true),
    messages,
    seed: view.getUint32(32, true),
    warmUp: view.getUint32(36, true) === WARM_UP,
    runId: printable(text(bytes.subarray(40, 40 + RUN_ID_BYTES)).replace(/\0+$/, "")),
    run: view.getUint32(64, true),
    ...(silenceMs === 0 ? {} : { silenceMs }),
  };
  const size = header.messageBytes;
  const sizeFits = framing === "grouped"
    ? size === 1
    : size <= MAX_MESSAGE_BYTES && (size >= 8 || (size === 1 && framing === "fixed"));
  const countsFit = header.producers >= 1 && header.producers <= 1 << 24 &&
    (messages === null
      ? framing !== "grouped"
      : messages < 2 ** 32 && header.producers * messages <= Number.MAX_SAFE_INTEGER);
  // What a later version may ask for, this one must not seem to have done.
  const asksNoMore = view.getUint32(36, true) <= WARM_UP && view.getUint16(14, true) === 1;
  return sizeFits && countsFit && asksNoMore && silenceMs <= MAX_SILENCE_MS ? header : "bad values";
}

/** Whether bytes open like a header; false as soon as the first eight say otherwise. */
export function opensLikeHeader(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, MAGIC.header.length);
  return text(bytes.subarray(0, length)) === MAGIC.header.slice(0, length);
}

/**
 * How many bytes of a header to await: as many as it says, since a newer client may append fields, which this version
 * skips; no more than are there of one that says another version.
 */
export function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 12) return 12;
  const view = viewOf(bytes);
  if (view.getUint16(8, true) !== PROTOCOL_VERSION) return 12;
  return Math.max(12, view.getUint16(10, true));
}

export function encodeHello(hello: Hello): Uint8Array {
  const { bytes, view } = block(HELLO_BYTES, MAGIC.hello);
  view.setUint16(8, PROTOCOL_VERSION, true);
  view.setUint16(10, HELLO_BYTES, true);
  view.setUint8(12, HELLO_STATUS.indexOf(hello.status));
  view.setUint8(13, hello.mode === "inline" ? 1 : 0);
  setCount(view, 16, hello.storeBytes);
  return bytes;
}

/** @throws {ProtocolError} when the peer is not a listener of this version. */
export function decodeHello(bytes: Uint8Array): Hello {
  if (!hasMagic(bytes, MAGIC.hello)) {
    throw new ProtocolError("what answers there is not a fanin listener; start one with server.ts");
  }
  const view = viewOf(bytes);
  const version = view.getUint16(8, true);
  if (version !== PROTOCOL_VERSION) {
    throw new ProtocolError(
      `the listener speaks protocol ${version}, this suite ${PROTOCOL_VERSION}; start both from one version`,
    );
  }
  return {
    status: HELLO_STATUS[view.getUint8(12)] ?? "bad values",
    mode: view.getUint8(13) === 1 ? "inline" : "after",
    storeBytes: getCount(view, 16) ?? 0,
  };
}

export function encodeAck(receivedBytes: number): Uint8Array {
  const { bytes, view } = block(ACK_BYTES, MAGIC.ack);
  setCount(view, 8, receivedBytes);
  return bytes;
}

/** Bytes that the listener read behind the header. @throws {ProtocolError} */
export function decodeAck(bytes: Uint8Array): number {
  if (!hasMagic(bytes, MAGIC.ack)) {
    throw new ProtocolError("the listener's acknowledgement is garbled");
  }
  return getCount(viewOf(bytes), 8) ?? 0;
}

export function encodeVerdict(verdict: ListenerVerdict): Uint8Array {
  const detail = new TextEncoder().encode(verdict.detail).subarray(0, MAX_DETAIL_BYTES);
  const { bytes, view } = block(VERDICT_BYTES + detail.length, MAGIC.verdict);
  view.setUint16(8, VERDICT_BYTES, true);
  view.setUint8(10, VERDICT_STATUS.indexOf(verdict.status));
  view.setUint8(11, verdict.mode === "inline" ? 1 : 0);
  view.setUint32(12, detail.length, true);
  setCount(view, 16, verdict.expected);
  setCount(view, 24, verdict.delivered);
  setCount(view, 32, verdict.lost);
  setCount(view, 40, verdict.duplicated);
  setCount(view, 48, verdict.reordered);
  setCount(view, 56, verdict.corrupted);
  setCount(view, 64, verdict.listenerCpuUserUs);
  setCount(view, 72, verdict.listenerCpuSystemUs);
  bytes.set(detail, VERDICT_BYTES);
  return bytes;
}

/** Bytes of detail that follow a verdict's fixed part. @throws {ProtocolError} */
export function verdictDetailLength(fixed: Uint8Array): number {
  if (!hasMagic(fixed, MAGIC.verdict)) throw new ProtocolError("the listener's verdict is garbled");
  return Math.min(viewOf(fixed).getUint32(12, true), MAX_DETAIL_BYTES);
}

export function decodeVerdict(fixed: Uint8Array, detail: Uint8Array): ListenerVerdict {
  const view = viewOf(fixed);
  return {
    status: VERDICT_STATUS[view.getUint8(10)] ?? "corrupt",
    mode: view.getUint8(11) === 1 ? "inline" : "after",
    expected: getCount(view, 16),
    delivered: getCount(view, 24) ?? 0,
    lost: getCount(view, 32) ?? 0,
    duplicated: getCount(view, 40) ?? 0,
    reordered: getCount(view, 48) ?? 0,
    corrupted: getCount(view, 56) ?? 0,
    listenerCpuUserUs: getCount(view, 64) ?? 0,
    listenerCpuSystemUs: getCount(view, 72) ?? 0,
    detail: printable(text(detail)),
  };
}

function block(length: number, magic: string): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(length);
  bytes.set(ascii(magic));
  return { bytes, view: viewOf(bytes) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hasMagic(bytes: Uint8Array, magic: string): boolean {
  return text(bytes.subarray(0, magic.length)) === magic;
}

function ascii(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function setCount(view: DataView, at: number, count: number | null): void {
  view.setBigUint64(at, count === null ? UNKNOWN : BigInt(Math.round(count)), true);
}

function getCount(view: DataView, at: number): number | null {
  const raw = view.getBigUint64(at, true);
  return raw === UNKNOWN ? null : Number(raw);
}
