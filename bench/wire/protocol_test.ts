import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeAck,
  decodeClock,
  decodeHello,
  decodeStamps,
  decodeTrailer,
  decodeVerdict,
  encodeAck,
  encodeClock,
  encodeHello,
  encodeTrailer,
  encodeVerdict,
  verdictDetailLength,
  verdictNamesLength,
  verdictStampsLength,
} from "./answers.ts";
import { decodeHeader, encodeHeader } from "./header.ts";
import { type ListenerVerdict, ProtocolError, type RunHeader, VERDICT_BYTES } from "./protocol.ts";
import { printable } from "./printable.ts";

const HEADER: RunHeader = {
  runId: "swap-buffer round 1",
  messageBytes: 64,
  framing: "fixed",
  producers: 8_192,
  messages: 1_000,
  seed: 4_294_967_295,
  run: 1,
  warmUp: true,
  silenceMs: 5_000,
  connections: { count: 3, token: 2n ** 63n + 1n },
  trailer: true,
  stamps: true,
  reading: { stall: { forMs: 200, everyMs: 1_000 }, bytesPerS: 50_000_000 },
  exchanges: 1_024,
};

test("every field survives the wire", () => {
  assert.deepEqual(decodeHeader(encodeHeader(HEADER)), HEADER);
  const unknown: RunHeader = { ...HEADER, messages: null, framing: "newline", warmUp: false };
  delete unknown.trailer;
  assert.deepEqual(decodeHeader(encodeHeader(unknown)), unknown);
  const named: RunHeader = { ...HEADER, names: true };
  delete named.connections;
  assert.deepEqual(decodeHeader(encodeHeader(named)), named);
  for (
    const reading of [
      { stall: { forMs: 999, everyMs: 1_000 }, bytesPerS: null },
      { stall: null, bytesPerS: 2 ** 40 },
    ]
  ) {
    const slow = { ...HEADER, reading };
    assert.deepEqual(decodeHeader(encodeHeader(slow)), slow);
  }
  const hello = {
    status: "accepted",
    mode: "inline",
    storeBytes: 2 ** 33,
    clockNs: 2n ** 60n,
  } as const;
  assert.deepEqual(decodeHello(encodeHello(hello)), hello);
  assert.equal(decodeAck(encodeAck(2 ** 40 + 1)), 2 ** 40 + 1);
  const verdict: ListenerVerdict = {
    status: "reordered",
    mode: "after",
    expected: 10,
    delivered: 9,
    lost: 1,
    duplicated: 2,
    reordered: 3,
    corrupted: 4,
    dropped: 2 ** 32,
    listenerCpuUserUs: 5,
    listenerCpuSystemUs: 6,
    detail: "byte 7 – wrong",
  };
  const stamps = [{ bytes: 2 ** 40, ns: 2n ** 60n }, { bytes: 2 ** 40 + 1, ns: 2n ** 60n + 1n }];
  const names = Uint8Array.from({ length: 3 * 8 }, (_, at) => at);
  const bytes = encodeVerdict(verdict, stamps, names);
  const fixed = bytes.subarray(0, VERDICT_BYTES);
  const stampsAt = VERDICT_BYTES + verdictDetailLength(fixed);
  const namesAt = stampsAt + verdictStampsLength(fixed);
  assert.equal(namesAt + verdictNamesLength(fixed), bytes.length);
  assert.deepEqual(decodeVerdict(fixed, bytes.subarray(VERDICT_BYTES, stampsAt)), verdict);
  assert.deepEqual(decodeStamps(bytes.subarray(stampsAt, namesAt)), stamps);
  assert.deepEqual(bytes.subarray(namesAt), names);
  const dropped = Uint32Array.of(0, 7, 2 ** 32 - 1);
  assert.deepEqual(decodeTrailer(encodeTrailer(dropped), 3), dropped);
  assert.equal(decodeTrailer(encodeTrailer(dropped), 4), null);
  assert.equal(decodeClock(encodeClock(2n ** 63n)), 2n ** 63n);
});

test("the header is laid out as the protocol page says", () => {
  const bytes = encodeHeader(HEADER);
  const view = new DataView(bytes.buffer);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 8)), "FANINRUN");
  assert.equal(view.getUint16(8, true), 2);
  assert.equal(view.getUint16(10, true), 128);
  assert.equal(view.getUint16(14, true), 3);
  assert.equal(bytes[12], 0);
  assert.equal(view.getUint32(16, true), 64);
  assert.equal(view.getUint32(20, true), 8_192);
  assert.equal(view.getBigUint64(24, true), 1_000n);
  assert.equal(view.getUint32(32, true), 4_294_967_295);
  assert.equal(view.getUint32(36, true), 1 | 2 | 4 | 16);
  assert.equal(view.getUint32(64, true), 1);
  assert.equal(view.getUint32(68, true), 5_000);
  assert.equal(view.getBigUint64(72, true), 2n ** 63n + 1n);
  assert.equal(view.getUint16(80, true), 1_024);
  assert.equal(view.getUint32(84, true), 200);
  assert.equal(view.getUint32(88, true), 1_000);
  assert.equal(view.getBigUint64(96, true), 50_000_000n);
});

test("a header is refused for each value that is out of its range", () => {
  const bytes = encodeHeader(HEADER);
  const spoiled = (edit: (view: DataView) => void) => {
    const copy = bytes.slice();
    edit(new DataView(copy.buffer));
    return decodeHeader(copy);
  };
  assert.equal(spoiled((view) => view.setUint16(8, 1, true)), "another version");
  const edits: ((view: DataView) => void)[] = [
    (view) => view.setUint16(10, 127, true),
    (view) => view.setUint8(12, 7),
    (view) => view.setUint16(14, 0, true),
    (view) => view.setUint16(14, 257, true),
    // One connection has no token, and several have one.
    (view) => view.setUint16(14, 1, true),
    (view) => view.setBigUint64(72, 0n, true),
    // A trailer counts against a number that is known, and of producers that messages name.
    (view) => view.setBigUint64(24, 2n ** 64n - 1n, true),
    (view) => view.setUint32(16, 1, true),
    (view) => view.setUint32(20, 65_537, true),
    (view) => view.setUint16(80, 1_025, true),
    (view) => view.setUint32(16, 7, true),
    (view) => view.setUint32(16, 65_537, true),
    (view) => view.setUint32(20, 0, true),
    (view) => view.setBigUint64(24, 2n ** 32n, true),
    (view) => view.setUint32(36, 32, true),
    // Names come over one connection alone.
    (view) => view.setUint32(36, 8, true),
    (view) => view.setUint32(68, 2 ** 31, true),
    // A listener that stalled all the time would never read anything.
    (view) => view.setUint32(84, 1_000, true),
    (view) => view.setUint32(88, 0, true),
  ];
  for (const [at, edit] of edits.entries()) assert.equal(spoiled(edit), "bad values", `${at}`);
  const { trailer: _, ...many } = { ...HEADER, producers: 1 << 20, messages: 2 ** 32 - 1 };
  assert.deepEqual(decodeHeader(encodeHeader(many)), many);
  const more = { ...many, producers: many.producers + 1 };
  assert.equal(decodeHeader(encodeHeader(more)), "bad values");
  const grouped = { ...HEADER, trailer: false, framing: "grouped" as const };
  assert.equal(decodeHeader(encodeHeader(grouped)), "bad values");
  assert.equal(
    decodeHeader(encodeHeader({ ...grouped, messageBytes: 1, messages: null })),
    "bad values",
  );
});

test("text of a peer cannot act on a terminal", () => {
  const runId = "a\u001b[31mb\u0007c\u202ed\ne";
  const header = decodeHeader(encodeHeader({ ...HEADER, runId }));
  assert.equal((header as RunHeader).runId, "a?[31mb?c?d?e");
  assert.equal(printable("plain words, ümläute – and 日本"), "plain words, ümläute – and 日本");
});

test("a stranger's bytes are not taken for an answer", () => {
  const http = new TextEncoder().encode(
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".padEnd(128),
  );
  assert.throws(() => decodeHello(http), ProtocolError);
  assert.throws(() => decodeAck(http), ProtocolError);
  assert.throws(() => verdictDetailLength(http), ProtocolError);
  assert.equal(decodeHeader(http), "not a header");
});

test("a mix has its shortest length in the header, from 8 bytes to the longest", () => {
  const of = (leastBytes: number, messageBytes = 64) => {
    const { names: _, ...rest } = { ...HEADER, names: false };
    const mixed = { ...rest, framing: "mixed" as const, leastBytes, messageBytes };
    return decodeHeader(encodeHeader(mixed));
  };
  const bytes = encodeHeader({ ...HEADER, framing: "mixed", leastBytes: 16 });
  assert.equal(bytes[12], 6);
  assert.equal(new DataView(bytes.buffer).getUint32(104, true), 16);
  for (const least of [8, 16, 64]) {
    const header = of(least);
    assert.equal(typeof header === "string" ? header : header.leastBytes, least);
  }
  for (const least of [0, 7, 65]) assert.equal(of(least), "bad values", `${least}`);
  assert.equal(of(1, 1), "bad values");
});
