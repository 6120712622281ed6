/** The header with which a client announces a run: encoding it, decoding it, and the reasons to refuse it. */
import { MAX_MESSAGE_BYTES } from "../../strategies/strategy.ts";
import { ascii, block, getCount, hasMagic, MAGIC, setCount, text, viewOf } from "./bytes.ts";
import { printable } from "./printable.ts";
import {
  FRAMINGS,
  HEADER_BYTES,
  type HelloStatus,
  MAX_CONNECTIONS,
  PROTOCOL_VERSION,
  type RunHeader,
} from "./protocol.ts";
import { LEAST_BYTES_PER_S, MAX_STALL_PERIOD_MS, type SlowReading } from "./slow_reader.ts";

const FLAGS = { warmUp: 1, trailer: 2, stamps: 4, names: 8, slow: 16 } as const;
const ALL_FLAGS = 31;
const MAX_SILENCE_MS = 2 ** 31 - 1;
const RUN_ID_BYTES = 24;
/** Producers of a run: to check more of them would take the listener so long that others could not be served. */
export const MAX_PRODUCERS = 1 << 20;
/** Producers of a run with a trailer, so that the listener never has to hold back much. */
export const MAX_TRAILER_PRODUCERS = 65_536;
const MAX_EXCHANGES = 1_024;

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
  const { warmUp, trailer = false, stamps = false, names = false, reading } = header;
  const flags = Object.entries({ warmUp, trailer, stamps, names, slow: reading !== undefined })
    .reduce((sum, [name, set]) => sum | (set ? FLAGS[name as keyof typeof FLAGS] : 0), 0);
  view.setUint32(36, flags, true);
  bytes.set(ascii(header.runId).subarray(0, RUN_ID_BYTES), 40);
  view.setUint32(64, header.run, true);
  view.setUint32(68, header.silenceMs ?? 0, true);
  view.setBigUint64(72, header.connections?.token ?? 0n, true);
  view.setUint16(80, header.exchanges ?? 0, true);
  view.setUint32(84, reading?.stall?.forMs ?? 0, true);
  view.setUint32(88, reading?.stall?.everyMs ?? 0, true);
  setCount(view, 96, reading?.bytesPerS ?? 0);
  view.setUint32(104, header.leastBytes ?? 0, true);
  return bytes;
}

/** The header, or the reason to refuse it. */
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
    ...(framing === "mixed" ? { leastBytes: view.getUint32(104, true) } : {}),
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
    ...((flags & FLAGS.names) === 0 ? {} : { names: true }),
    ...((flags & FLAGS.slow) === 0 ? {} : { reading: readingOf(view) }),
    ...(exchanges === 0 ? {} : { exchanges }),
  };
  const size = header.messageBytes;
  const sizeFits = framing === "grouped"
    ? size === 1
    : size <= MAX_MESSAGE_BYTES && (size >= 8 || (size === 1 && framing === "fixed"));
  const { leastBytes = size } = header;
  const mixFits = framing !== "mixed" || (leastBytes >= 8 && leastBytes <= size);
  const countsFit = header.producers >= 1 && header.producers <= MAX_PRODUCERS &&
    // All of them together stay below 2^53, so that counts of lost messages are exact.
    (messages === null ? framing !== "grouped" : messages < 2 ** 32);
  // Dropped messages are counted per producer, which single bytes do not name, and compared with a number of messages
  // that must be known.
  const trailerFits = !header.trailer ||
    (size > 1 && messages !== null && header.producers <= MAX_TRAILER_PRODUCERS);
  const connectionsFit = count >= 1 && count <= MAX_CONNECTIONS &&
    (count > 1) === (view.getBigUint64(72, true) !== 0n);
  // Messages of several connections have no common order, so names come from one connection alone.
  const namesFit = !header.names || (framing === "fixed" && size >= 8 && count === 1);
  const stall = header.reading?.stall ?? null;
  const { bytesPerS } = header.reading ?? { bytesPerS: null };
  const readingFits = (stall === null ||
    (stall.forMs < stall.everyMs && stall.everyMs <= MAX_STALL_PERIOD_MS)) &&
    (bytesPerS === null || bytesPerS >= LEAST_BYTES_PER_S);
  // What only a later version knows must be refused here, so that nobody believes it was done.
  const asksNoMore = flags <= ALL_FLAGS && exchanges <= MAX_EXCHANGES &&
    silenceMs <= MAX_SILENCE_MS;
  return sizeFits && mixFits && countsFit && trailerFits && namesFit && readingFits &&
      connectionsFit &&
      asksNoMore
    ? header
    : "bad values";
}

function readingOf(view: DataView): SlowReading {
  const forMs = view.getUint32(84, true);
  const everyMs = view.getUint32(88, true);
  return { stall: forMs === 0 ? null : { forMs, everyMs }, bytesPerS: getCount(view, 96) || null };
}

/**
 * How many bytes of a header to wait for: as many as it announces, since a newer client may append fields, which this
 * version skips. Where it announces another version, only what has come already.
 */
export function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 12) return 12;
  const view = viewOf(bytes);
  if (view.getUint16(8, true) !== PROTOCOL_VERSION) return 12;
  return Math.max(12, view.getUint16(10, true));
}
