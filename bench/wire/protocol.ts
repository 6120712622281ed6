/**
 * The wire protocol between a client that delivers messages and the listener that verifies them.
 * `docs/protocol.md` is the same in words, for writing a client in another language.
 *
 *     client   → header (128 bytes)
 *     listener → hello (32 bytes)              before any data flows
 *     both     ↔ clock exchanges (16 bytes)    as many as the header asks for
 *     client   → messages … trailer, half-close
 *     listener → acknowledgement (16 bytes)    stops the client's clock
 *     listener → verdict (96 bytes + detail + stamps)   after the check
 *
 * All numbers are little-endian. Each of the listener's answers opens with a magic of its own, so that a
 * stranger on the port is recognised at the first eight bytes.
 */

import { MAX_MESSAGE_BYTES } from "../../strategies/strategy.ts";
import { printable } from "./printable.ts";

export const PROTOCOL_VERSION = 2;
export const HEADER_BYTES = 128;
/** How long a client may be silent in its run where its header does not say (ms). */
export const DEFAULT_SILENCE_MS = 60_000;
const MAX_SILENCE_MS = 2 ** 31 - 1;
const FLAGS = { warmUp: 1, trailer: 2, stamps: 4 } as const;
const ALL_FLAGS = 7;
export const HELLO_BYTES = 32;
export const ACK_BYTES = 16;
export const CLOCK_BYTES = 16;
export const VERDICT_BYTES = 96;
/** Of one arrival stamp behind a verdict. */
export const STAMP_BYTES = 16;
export const MAX_CONNECTIONS = 256;
/** Producers of a run with a trailer, so that what a listener must hold back stays small. */
const MAX_TRAILER_PRODUCERS = 65_536;
const MAX_EXCHANGES = 1_024;
const MAX_DETAIL_BYTES = 4_096;
const UNKNOWN = 0xffff_ffff_ffff_ffffn;
const RUN_ID_BYTES = 24;

const MAGIC = {
  header: "FANINRUN",
  hello: "FANINSRV",
  clock: "FANINCLK",
  trailer: "FANINTRL",
  ack: "FANINACK",
  verdict: "FANINVER",
};

/** What a run consists of: messages of a fixed size, text or JSON lines, or the single bytes of a second pass. */
export const FRAMINGS = ["fixed", "newline", "grouped", "json"] as const;
export type Framing = (typeof FRAMINGS)[number];

/** What a client announces before it sends. */
export interface RunHeader {
  /** Up to 24 bytes of ASCII that name the run in the listener's log. */
  runId: string;
  /** 1, or 8 to 65,536; 1 under `grouped`; of lines the longest in bytes, its line feed included. */
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
  /** Where one run comes over several connections: how many, and what its connections, and no others, share. */
  connections?: { count: number; token: bigint };
  /** Behind its messages the client says how many of each producer it has dropped (default false). */
  trailer?: boolean;
  /** The verdict is followed by the time at which each chunk of bytes was read (default false). */
  stamps?: boolean;
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

/** Bytes that the whole run should have, or null where the header does not tell. */
export function expectedBytes(header: RunHeader): number | null {
  if (header.messages === null || isLines(header.framing)) return null;
  return header.producers * header.messages * header.messageBytes;
}

/** Whether messages end with a line feed and differ in length. */
export function isLines(framing: Framing): boolean {
  return framing === "newline" || framing === "json";
}

export function encodeHeader(header: RunHeader): Uint8Array {
  const { bytes, view } = block(HEADER_BYTES, MAGIC.header);
  view.setUint16(8, PROTOCOL_VERSION, true);
  view.setUint16(10, HEADER_BYTES, true);
  view.setUint8(12, FRAMINGS.indexOf(header.framing));
  view.setUint16(14, header.connections?.count ?? 1, true);
  view.setUint32(16, header.messageBytes, true);
  view.setUint32(20, header.producers, true);
  setCount(view, 24, header.messages);
  view.setUint32(32, header.seed, true);
  const { warmUp, trailer = false, stamps = false } = header;
  const flags = Object.entries({ warmUp, trailer, stamps })
    .reduce((sum, [name, set]) => sum | (set ? FLAGS[name as keyof typeof FLAGS] : 0), 0);
  view.setUint32(36, flags, true);
  bytes.set(ascii(header.runId).subarray(0, RUN_ID_BYTES), 40);
  view.setUint32(64, header.run, true);
  view.setUint32(68, header.silenceMs ?? 0, true);
  view.setBigUint64(72, header.connections?.token ?? 0n, true);
  view.setUint16(80, header.exchanges ?? 0, true);
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
  const flags = view.getUint32(36, true);
  const count = view.getUint16(14, true);
  const exchanges = view.getUint16(80, true);
  const header: RunHeader = {
    framing,
    messageBytes: view.getUint32(16, true),
    producers: view.getUint32(20, true),
    messages,
    seed: view.getUint32(32, true),
    warmUp: (flags & FLAGS.warmUp) !== 0,
    runId: printable(text(bytes.subarray(40, 40 + RUN_ID_BYTES)).replace(/\0+$/, "")),
    run: view.getUint32(64, true),
    ...(silenceMs === 0 ? {} : { silenceMs }),
    ...(count === 1 ? {} : { connections: { count, token: view.getBigUint64(72, true) } }),
    ...((flags & FLAGS.trailer) === 0 ? {} : { trailer: true }),
    ...((flags & FLAGS.stamps) === 0 ? {} : { stamps: true }),
    ...(exchanges === 0 ? {} : { exchanges }),
  };
  const size = header.messageBytes;
  const sizeFits = framing === "grouped"
    ? size === 1
    : size <= MAX_MESSAGE_BYTES && (size >= 8 || (size === 1 && framing === "fixed"));
  const countsFit = header.producers >= 1 && header.producers <= 1 << 24 &&
    (messages === null
      ? framing !== "grouped"
      : messages < 2 ** 32 && header.producers * messages <= Number.MAX_SAFE_INTEGER);
  // A drop is counted for its producer, which single bytes do not name, against a number that is known.
  const trailerFits = !header.trailer ||
    (size > 1 && messages !== null && header.producers <= MAX_TRAILER_PRODUCERS);
  const connectionsFit = count >= 1 && count <= MAX_CONNECTIONS &&
    (count > 1) === (view.getBigUint64(72, true) !== 0n);
  // What a later version may ask for, this one must not seem to have done.
  const asksNoMore = flags <= ALL_FLAGS && exchanges <= MAX_EXCHANGES &&
    silenceMs <= MAX_SILENCE_MS;
  return sizeFits && countsFit && trailerFits && connectionsFit && asksNoMore
    ? header
    : "bad values";
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
  view.setBigUint64(24, hello.clockNs, true);
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
    clockNs: view.getBigUint64(24, true),
  };
}

/** A client's question for the clock, with any number, and the listener's answer, with its clock in ns. */
export function encodeClock(value: bigint): Uint8Array {
  const { bytes, view } = block(CLOCK_BYTES, MAGIC.clock);
  view.setBigUint64(8, value, true);
  return bytes;
}

/** @throws {ProtocolError} */
export function decodeClock(bytes: Uint8Array): bigint {
  if (!hasMagic(bytes, MAGIC.clock)) throw new ProtocolError("that is no clock exchange");
  return viewOf(bytes).getBigUint64(8, true);
}

/** Bytes of a trailer: how many messages of each producer were dropped. */
export function trailerBytes(producers: number): number {
  return 8 + 4 * producers;
}

export function encodeTrailer(dropped: Uint32Array): Uint8Array {
  const { bytes, view } = block(trailerBytes(dropped.length), MAGIC.trailer);
  for (const [producer, count] of dropped.entries()) view.setUint32(8 + 4 * producer, count, true);
  return bytes;
}

/** The messages dropped of each producer, or null where that is no trailer. */
export function decodeTrailer(bytes: Uint8Array, producers: number): Uint32Array | null {
  if (bytes.length !== trailerBytes(producers) || !hasMagic(bytes, MAGIC.trailer)) return null;
  const view = viewOf(bytes);
  return Uint32Array.from({ length: producers }, (_, at) => view.getUint32(8 + 4 * at, true));
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

/** A verdict with its detail, and the stamps of the connection that it goes to. */
export function encodeVerdict(verdict: ListenerVerdict, stamps: readonly Stamp[] = []): Uint8Array {
  const detail = new TextEncoder().encode(verdict.detail).subarray(0, MAX_DETAIL_BYTES);
  const { bytes, view } = block(
    VERDICT_BYTES + detail.length + stamps.length * STAMP_BYTES,
    MAGIC.verdict,
  );
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
  setCount(view, 80, verdict.dropped);
  view.setUint32(88, stamps.length, true);
  bytes.set(detail, VERDICT_BYTES);
  for (const [at, stamp] of stamps.entries()) {
    const offset = VERDICT_BYTES + detail.length + at * STAMP_BYTES;
    setCount(view, offset, stamp.bytes);
    view.setBigUint64(offset + 8, stamp.ns, true);
  }
  return bytes;
}

/** Bytes of detail that follow a verdict's fixed part. @throws {ProtocolError} */
export function verdictDetailLength(fixed: Uint8Array): number {
  if (!hasMagic(fixed, MAGIC.verdict)) throw new ProtocolError("the listener's verdict is garbled");
  return Math.min(viewOf(fixed).getUint32(12, true), MAX_DETAIL_BYTES);
}

/** Bytes of stamps that follow a verdict's detail. */
export function verdictStampsLength(fixed: Uint8Array): number {
  return viewOf(fixed).getUint32(88, true) * STAMP_BYTES;
}

export function decodeStamps(bytes: Uint8Array): Stamp[] {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / STAMP_BYTES }, (_, at) => ({
    bytes: getCount(view, at * STAMP_BYTES) ?? 0,
    ns: view.getBigUint64(at * STAMP_BYTES + 8, true),
  }));
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
    dropped: getCount(view, 80) ?? 0,
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
