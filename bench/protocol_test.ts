import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeAck,
  decodeHeader,
  decodeHello,
  decodeVerdict,
  encodeAck,
  encodeHeader,
  encodeHello,
  encodeVerdict,
  type ListenerVerdict,
  ProtocolError,
  type RunHeader,
  VERDICT_BYTES,
  verdictDetailLength,
} from "./protocol.ts";

const HEADER: RunHeader = {
  runId: "swap-buffer round 1",
  messageBytes: 64,
  framing: "fixed",
  producers: 8_192,
  messages: 1_000,
  seed: 4_294_967_295,
  warmUp: true,
};

test("every field survives the wire", () => {
  assert.deepEqual(decodeHeader(encodeHeader(HEADER)), HEADER);
  const unknown: RunHeader = { ...HEADER, messages: null, framing: "newline", warmUp: false };
  assert.deepEqual(decodeHeader(encodeHeader(unknown)), unknown);
  const hello = { status: "accepted", mode: "inline", storeBytes: 2 ** 33 } as const;
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
    listenerCpuUserUs: 5,
    listenerCpuSystemUs: 6,
    detail: "byte 7 – wrong",
  };
  const bytes = encodeVerdict(verdict);
  const fixed = bytes.subarray(0, VERDICT_BYTES);
  assert.equal(verdictDetailLength(fixed), bytes.length - VERDICT_BYTES);
  assert.deepEqual(decodeVerdict(fixed, bytes.subarray(VERDICT_BYTES)), verdict);
});

test("the header is laid out as the protocol page says", () => {
  const bytes = encodeHeader(HEADER);
  const view = new DataView(bytes.buffer);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 8)), "FANINRUN");
  assert.equal(view.getUint16(8, true), 1);
  assert.equal(view.getUint16(10, true), 96);
  assert.equal(bytes[12], 0);
  assert.equal(view.getUint32(16, true), 64);
  assert.equal(view.getUint32(20, true), 8_192);
  assert.equal(view.getBigUint64(24, true), 1_000n);
  assert.equal(view.getUint32(32, true), 4_294_967_295);
  assert.equal(view.getUint32(36, true), 1);
});

test("a stranger's bytes are not taken for an answer", () => {
  const http = new TextEncoder().encode(
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".padEnd(96),
  );
  assert.throws(() => decodeHello(http), ProtocolError);
  assert.throws(() => decodeAck(http), ProtocolError);
  assert.throws(() => verdictDetailLength(http), ProtocolError);
  assert.equal(decodeHeader(http), "not a header");
});
