/**
 * Encodes and decodes what follows the header: hello, clock exchanges, trailer, acknowledgement, verdict and stamps.
 */
import { block, getCount, hasMagic, MAGIC, setCount, text, viewOf } from "./bytes.ts";
import { printable } from "./printable.ts";
import {
  ACK_BYTES,
  CLOCK_BYTES,
  type Hello,
  HELLO_BYTES,
  HELLO_STATUS,
  type ListenerVerdict,
  NAME_BYTES,
  PROTOCOL_VERSION,
  ProtocolError,
  type Stamp,
  STAMP_BYTES,
  VERDICT_BYTES,
  VERDICT_STATUS,
} from "./protocol.ts";

const MAX_DETAIL_BYTES = 4_096;

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

/** A client's question for the clock carries any number; the listener's answer carries its clock in ns. */
export function encodeClock(value: bigint): Uint8Array {
  const { bytes, view } = block(CLOCK_BYTES, MAGIC.clock);
  view.setBigUint64(8, value, true);
  return bytes;
}

/** @throws {ProtocolError} where the bytes are no clock exchange */
export function decodeClock(bytes: Uint8Array): bigint {
  if (!hasMagic(bytes, MAGIC.clock)) throw new ProtocolError("that is no clock exchange");
  return viewOf(bytes).getBigUint64(8, true);
}

/** Bytes of a trailer, which says how many messages of each producer were dropped. */
export function trailerBytes(producers: number): number {
  return 8 + 4 * producers;
}

export function encodeTrailer(dropped: Uint32Array): Uint8Array {
  const { bytes, view } = block(trailerBytes(dropped.length), MAGIC.trailer);
  for (const [producer, count] of dropped.entries()) view.setUint32(8 + 4 * producer, count, true);
  return bytes;
}

/** How many messages of each producer were dropped, or null where the bytes are no trailer. */
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

/** Bytes that the listener read after the header. @throws {ProtocolError} where the bytes are no acknowledgement */
export function decodeAck(bytes: Uint8Array): number {
  if (!hasMagic(bytes, MAGIC.ack)) {
    throw new ProtocolError("the listener's acknowledgement is garbled");
  }
  return getCount(viewOf(bytes), 8) ?? 0;
}

/** A verdict with its detail, and with the stamps and names for the connection that it goes to. */
export function encodeVerdict(
  verdict: ListenerVerdict,
  stamps: readonly Stamp[] = [],
  names: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const detail = new TextEncoder().encode(verdict.detail).subarray(0, MAX_DETAIL_BYTES);
  const { bytes, view } = block(
    VERDICT_BYTES + detail.length + stamps.length * STAMP_BYTES + names.length,
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
  view.setUint32(92, names.length / NAME_BYTES, true);
  bytes.set(detail, VERDICT_BYTES);
  for (const [at, stamp] of stamps.entries()) {
    const offset = VERDICT_BYTES + detail.length + at * STAMP_BYTES;
    setCount(view, offset, stamp.bytes);
    view.setBigUint64(offset + 8, stamp.ns, true);
  }
  bytes.set(names, bytes.length - names.length);
  return bytes;
}

/** Bytes of detail that follow a verdict's fixed part. @throws {ProtocolError} where that is no verdict */
export function verdictDetailLength(fixed: Uint8Array): number {
  if (!hasMagic(fixed, MAGIC.verdict)) throw new ProtocolError("the listener's verdict is garbled");
  return Math.min(viewOf(fixed).getUint32(12, true), MAX_DETAIL_BYTES);
}

/** Bytes of stamps that follow a verdict's detail. */
export function verdictStampsLength(fixed: Uint8Array): number {
  return viewOf(fixed).getUint32(88, true) * STAMP_BYTES;
}

/** Bytes of names that follow a verdict's stamps. */
export function verdictNamesLength(fixed: Uint8Array): number {
  return viewOf(fixed).getUint32(92, true) * NAME_BYTES;
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
