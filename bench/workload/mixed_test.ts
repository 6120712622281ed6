/** Messages of mixed lengths: recomputed from their names, checked byte by byte, over real hand-offs that wrap. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { STRATEGIES } from "../../strategies/registry.ts";
import { buildPieces } from "../subjects/stream.ts";
import { carried } from "../testing/carried.ts";
import { testSeed } from "../testing/random.ts";
import { createVerifier } from "../verify/verifier.ts";
import type { RunHeader } from "../wire/protocol.ts";
import { isMixed, lengthAt, lengthsOf, MixedBuilder } from "./mixed.ts";
import { keysOf } from "./messages.ts";
import { random } from "./random.ts";

const seed = testSeed();

test("lengths double evenly, from the shortest to the longest", () => {
  const lengths = lengthsOf({ leastBytes: 16, messageBytes: 4_096 });
  assert.deepEqual([lengths[0], lengths[1], lengths[63]], [16, 18, 4_096]);
  assert.deepEqual(lengths, lengths.toSorted((a, b) => a - b));
  const upTo = (bytes: number) => lengths.filter((length) => length < bytes).length;
  for (let octave = 1; octave <= 8; octave++) {
    assert.ok(Math.abs(upTo(16 * 2 ** octave) - 8 * octave) <= 1, `below ${16 * 2 ** octave}`);
  }
  const odd = lengthsOf({ leastBytes: 9, messageBytes: 100 });
  assert.deepEqual([odd[0], odd[63], Math.max(...odd)], [9, 100, 100]);
});

test(`a producer has all lengths about as often, and few neighbours alike (seed ${seed})`, () => {
  const [, key] = keysOf({ seed, run: 3 });
  const counts = new Array(64).fill(0);
  for (let sequence = 0; sequence < 6_400; sequence++) counts[lengthAt(7, sequence, key)]++;
  assert.ok(Math.min(...counts) > 50 && Math.max(...counts) < 200, counts.join(" "));
});

test("a mix is of bytes and has two lengths", () => {
  const sizes = { leastBytes: 16, messageBytes: 64 };
  assert.ok(isMixed(sizes));
  assert.ok(!isMixed({ ...sizes, leastBytes: 64 }) && !isMixed({ messageBytes: 64 }));
  assert.ok(!isMixed({ ...sizes, workload: "domains" }), "lines have lengths of their own");
});

const header: RunHeader = {
  runId: "test",
  framing: "mixed",
  messageBytes: 300,
  leastBytes: 8,
  producers: 3,
  messages: 50,
  seed,
  run: 4,
  warmUp: false,
};
const plan = { ...header, messages: 50, proof: false, pace: null };

function verdictOf(stream: Uint8Array, of = header, chunk = 97) {
  const verifier = createVerifier(of);
  for (let at = 0; at < stream.length; at += chunk) verifier.feed(stream.subarray(at, at + chunk));
  return verifier.finish();
}

test(`a stream of mixed lengths is ok however it is cut (seed ${seed})`, () => {
  const { stream, ends } = buildPieces(3, plan);
  assert.equal(ends.length, 150);
  assert.ok(new Set(ends.map((end, at) => end - (ends[at - 1] ?? 0))).size > 20);
  for (const chunk of [1, 3, 8, 9, 97, 301, 2 ** 20]) {
    const { status, delivered, detail } = verdictOf(stream, header, chunk);
    assert.deepEqual([status, delivered], ["ok", 150], `${chunk} bytes at a time: ${detail}`);
  }
});

test(`one changed byte, a message less, one more, or two changed about are seen (seed ${seed})`, () => {
  const { stream, ends } = buildPieces(3, plan);
  const whole = (at: number) => stream.subarray(ends[at - 1], ends[at]);
  const joined = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
  // One that is long enough for a body.
  const at = ends.findIndex((end, at) => at > 60 && end - ends[at - 1] > 40);
  for (let byte = ends[at - 1]; byte < ends[at]; byte++) {
    for (const chunk of [97, 2 ** 20]) {
      const copy = stream.slice();
      copy[byte] ^= 1;
      const verdict = verdictOf(copy, header, chunk);
      assert.equal(verdict.status, "corrupt", `byte ${byte - ends[at - 1]}: ${verdict.detail}`);
      if (byte >= ends[at - 1] + 8) {
        assert.deepEqual([verdict.corrupted, verdict.lost, verdict.delivered], [1, 0, 150]);
      }
    }
  }
  const [before, after] = [stream.subarray(0, ends[at - 1]), stream.subarray(ends[at])];
  assert.equal(verdictOf(joined(before, after)).status, "lost");
  assert.equal(verdictOf(joined(before, whole(at), whole(at), after)).status, "duplicated");
  const later = stream.subarray(ends[at + 1]);
  assert.equal(verdictOf(joined(before, whole(at + 1), whole(at), later)).status, "reordered");
  assert.equal(verdictOf(stream.subarray(0, stream.length - 1)).status, "lost");
  assert.equal(verdictOf(stream, { ...header, run: 5 }).status, "corrupt", "of another run");
  assert.equal(verdictOf(stream, { ...header, leastBytes: 9 }).status, "corrupt", "of another mix");
});

test("a spoiled name on one connection leaves the others to be checked", () => {
  const of: RunHeader = { ...header, producers: 2, connections: { count: 2, token: 1n } };
  const { stream, ends } = buildPieces(2, plan);
  const spoiled = stream.slice(0, ends[49]);
  spoiled[ends[20]] ^= 0x80;
  // Whole, and cut within every message.
  for (const chunk of [spoiled.length, 7]) {
    const verifier = createVerifier(of);
    for (let at = 0; at < spoiled.length; at += chunk) {
      verifier.feed(spoiled.subarray(at, at + chunk), 0);
    }
    verifier.feed(stream.subarray(ends[49]), 1);
    const { status, delivered, corrupted, lost } = verifier.finish();
    assert.deepEqual([status, delivered, corrupted, lost], ["corrupt", 72, 1, 28]);
  }
});

test(`the builder's messages are those of one size, cut (seed ${seed})`, () => {
  const next = random(seed);
  const builder = new MixedBuilder(header, header);
  const all = new MixedBuilder({ leastBytes: 300, messageBytes: 300 }, header);
  for (let tries = 0; tries < 200; tries++) {
    const [producer, sequence] = [Math.floor(next() * 1e4), Math.floor(next() * 2 ** 32)];
    const message = builder.build(producer, sequence);
    assert.deepEqual(message, all.build(producer, sequence).subarray(0, message.length));
  }
});

for (const subject of [...STRATEGIES.map(({ name }) => name), "socket-bulk", "socket-each"]) {
  test(`${subject} carries messages of mixed lengths (seed ${seed})`, {
    timeout: 60_000,
  }, async () => {
    const asked = { subject, leastBytes: 8, messageBytes: 700, capacity: 4_096, turn: 0, seed };
    for (const { bytes, delivered, writes } of await carried(asked, [100, 1, 333])) {
      assert.ok(bytes > 8 * delivered && bytes < 700 * delivered);
      if (subject === "socket-each") assert.equal(writes, delivered);
    }
  });
}
