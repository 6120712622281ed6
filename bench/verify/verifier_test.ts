/** The verifier is what the suite's word depends on: it must see one spoiled message among a million. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lineLetters, lineMessage } from "../workload/messages.ts";
import type { RunHeader, VerdictStatus } from "../wire/protocol.ts";
import { random } from "../workload/random.ts";
import { buildStream } from "../subjects/stream.ts";
import { testSeed } from "../testing/random.ts";
import { createVerifier } from "./verifier.ts";

const seed = testSeed();

function headerOf(messageBytes: number, producers: number, messages: number | null): RunHeader {
  return {
    runId: "test",
    messageBytes,
    framing: "fixed",
    producers,
    messages,
    seed: 7,
    run: 1,
    warmUp: false,
  };
}

function verdictOf(header: RunHeader, stream: Uint8Array, chunkBytes = 65_521) {
  const verifier = createVerifier(header);
  for (let at = 0; at < stream.length; at += chunkBytes) {
    verifier.feed(stream.subarray(at, at + chunkBytes));
  }
  return verifier.finish();
}

/** Each takes a good stream and returns it with one message spoiled. */
type Fault = (stream: Uint8Array, size: number, at: number) => Uint8Array;

const lose: Fault = (stream, size, at) =>
  joined(stream.subarray(0, at * size), stream.subarray((at + 1) * size));
const duplicate: Fault = (stream, size, at) =>
  joined(stream.subarray(0, (at + 1) * size), stream.subarray(at * size));
const swap: Fault = (stream, size, at) =>
  joined(
    stream.subarray(0, at * size),
    stream.subarray((at + 1) * size, (at + 2) * size),
    stream.subarray(at * size, (at + 1) * size),
    stream.subarray((at + 2) * size),
  );
const spoil = (byte: number): Fault => (stream, size, at) => {
  const copy = stream.slice();
  copy[at * size + (byte < 0 ? size + byte : byte)] ^= 0x40;
  return copy;
};

function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

describe(`one fault in a million messages (seed ${seed})`, () => {
  const producers = 1_000;
  const messages = 1_000;
  const next = random(seed);
  // Not the last one of a producer, so that swapping it with its neighbour is a reordering.
  const at = Math.floor(next() * producers) * messages + Math.floor(next() * (messages - 2));
  const cases: [string, Fault, VerdictStatus, Partial<Record<string, number>>][] = [
    ["loss", lose, "lost", { lost: 1, duplicated: 0, corrupted: 0 }],
    ["duplication", duplicate, "duplicated", { lost: 0, duplicated: 1, corrupted: 0 }],
    ["reordering", swap, "reordered", { lost: 0, duplicated: 0, reordered: 1, corrupted: 0 }],
  ];
  for (const size of [8, 20]) {
    const header = headerOf(size, producers, messages);
    const stream = buildStream(producers, { messages, messageBytes: size, seed: 7, run: 1 });
    test(`${size} bytes: a good stream is ok`, () => {
      const verdict = verdictOf(header, stream);
      assert.equal(verdict.status, "ok", verdict.detail);
      assert.equal(verdict.delivered, producers * messages);
    });
    for (const [name, fault, status, counts] of cases) {
      test(`${size} bytes: ${name}`, () => {
        const verdict = verdictOf(header, fault(stream, size, at));
        assert.equal(verdict.status, status, verdict.detail);
        for (const [key, count] of Object.entries(counts)) {
          assert.equal(verdict[key as "lost"], count, `${key}: ${verdict.detail}`);
        }
        assert.notEqual(verdict.detail, "");
      });
    }
    test(`${size} bytes: corruption`, () => {
      // Byte 3 is the highest of the producer's number, so no such producer exists.
      const verdict = verdictOf(header, spoil(3)(stream, size, at));
      assert.deepEqual([verdict.status, verdict.corrupted, verdict.lost], ["corrupt", 1, 0]);
    });
  }
  test("20 bytes: corruption in the body", () => {
    const stream = buildStream(producers, { messages, messageBytes: 20, seed: 7, run: 1 });
    const verdict = verdictOf(headerOf(20, producers, messages), spoil(-1)(stream, 20, at));
    assert.deepEqual([verdict.status, verdict.corrupted, verdict.lost], ["corrupt", 1, 0]);
  });
  test("20 bytes: content of another seed", () => {
    const stale = buildStream(producers, { messages, messageBytes: 20, seed: 8, run: 1 });
    const stream = buildStream(producers, { messages, messageBytes: 20, seed: 7, run: 1 });
    stream.set(stale.subarray(at * 20, (at + 1) * 20), at * 20);
    assert.equal(verdictOf(headerOf(20, producers, messages), stream).status, "corrupt");
  });

  const one = headerOf(1, producers, messages);
  const bytes = buildStream(producers, { messages, messageBytes: 1, seed: 7, run: 1 });
  test("1 byte: a good stream is ok", () => assert.equal(verdictOf(one, bytes).status, "ok"));
  test("1 byte: loss", () => {
    const verdict = verdictOf(one, lose(bytes, 1, at));
    assert.deepEqual([verdict.status, verdict.lost], ["lost", 1]);
  });
  test("1 byte: duplication", () => {
    const verdict = verdictOf(one, duplicate(bytes, 1, at));
    assert.deepEqual([verdict.status, verdict.duplicated], ["duplicated", 1]);
  });
  test("1 byte: corruption", () => {
    const verdict = verdictOf(one, spoil(0)(bytes, 1, at));
    assert.deepEqual([verdict.status, verdict.corrupted], ["corrupt", 1]);
  });
  test("1 byte: the value that nobody sends", () => {
    const spoiled = bytes.slice();
    spoiled[at] = 255;
    assert.equal(verdictOf(one, spoiled).status, "corrupt");
  });
  test("1 byte: a value before its turn", () => {
    // Of one producer alone, where no other producer's bytes can hide it.
    const stream = buildStream(1, { messages: 1_000_000, messageBytes: 1, seed: 7, run: 1 });
    const verdict = verdictOf(headerOf(1, 1, 1_000_000), swap(stream, 1, at));
    assert.equal(verdict.status, "reordered", verdict.detail);
  });
});

test("a stream cut anywhere gives the same verdict", () => {
  const next = random(seed);
  const stream = swap(buildStream(5, { messages: 40, messageBytes: 33, seed: 7, run: 1 }), 33, 60);
  for (let i = 0; i < 50; i++) {
    const verdict = verdictOf(headerOf(33, 5, 40), stream, 1 + Math.floor(next() * 70));
    assert.deepEqual([verdict.status, verdict.reordered, verdict.delivered], ["reordered", 1, 200]);
  }
});

test("half a message at the end is lost", () => {
  const stream = buildStream(2, { messages: 3, messageBytes: 16, seed: 7, run: 1 }).subarray(0, -5);
  const verdict = verdictOf(headerOf(16, 2, 3), stream);
  assert.deepEqual([verdict.status, verdict.lost, verdict.delivered], ["lost", 1, 5]);
});

test("an empty run is ok, and a missing one is not", () => {
  assert.equal(verdictOf(headerOf(8, 4, 0), new Uint8Array(0)).status, "ok");
  const verdict = verdictOf(headerOf(8, 4, 10), new Uint8Array(0));
  assert.deepEqual([verdict.status, verdict.lost], ["lost", 40]);
  assert.equal(verdictOf(headerOf(1, 4, 10), new Uint8Array(0)).lost, 40);
});

test("a gap shows where the number of messages is unknown", () => {
  const stream = lose(buildStream(3, { messages: 10, messageBytes: 8, seed: 7, run: 1 }), 8, 4);
  const verdict = verdictOf(headerOf(8, 3, null), stream);
  assert.deepEqual([verdict.status, verdict.lost, verdict.expected], ["lost", 1, null]);
});

test("reordering over long distances fills its gaps", () => {
  const size = 8;
  const stream = buildStream(1, { messages: 1_000, messageBytes: size, seed: 7, run: 1 });
  const order = Array.from({ length: 1_000 }, (_, i) => i).reverse();
  const reversed = joined(...order.map((i) => stream.subarray(i * size, (i + 1) * size)));
  const verdict = verdictOf(headerOf(size, 1, 1_000), reversed);
  assert.deepEqual([verdict.status, verdict.lost, verdict.reordered], ["reordered", 0, 999]);
});

describe("lines", () => {
  const header: RunHeader = { ...headerOf(40, 3, 50), framing: "newline" };
  const lines = Array.from(
    { length: 150 },
    (_, i) => lineMessage(i % 3, Math.floor(i / 3), 10 + (i * 7) % 30, lineLetters(header)),
  );
  const encode = (text: string[]) => new TextEncoder().encode(text.join(""));
  const status = (text: string[], chunk?: number) => verdictOf(header, encode(text), chunk).status;

  test("good ones are ok however they are cut", () => {
    for (const chunk of [1, 7, 64, 10_000]) assert.equal(status(lines, chunk), "ok");
  });
  test("faults are named", () => {
    assert.equal(status(lines.toSpliced(70, 1)), "lost");
    assert.equal(status(lines.toSpliced(70, 0, lines[70])), "duplicated");
    assert.equal(
      status(lines.toSpliced(70, 4, lines[73], lines[71], lines[72], lines[70])),
      "reordered",
    );
    assert.equal(status(lines.with(70, lines[70].replace(/[a-z]\n/, "!\n"))), "corrupt");
    assert.equal(status(lines.with(149, lines[149].slice(0, -1))), "corrupt");
    assert.equal(status(lines.with(3, "x".repeat(500) + "\n")), "corrupt");
  });
});

describe("content belongs to its run", () => {
  const sizes: [RunHeader["framing"], number][] = [
    ["fixed", 1],
    ["fixed", 8],
    ["fixed", 9],
    ["fixed", 64],
    ["fixed", 1_024],
    ["grouped", 1],
  ];
  for (const [framing, messageBytes] of sizes) {
    for (const producers of [1, 16, 64]) {
      test(`${framing} ${messageBytes}: bytes of an earlier run of ${producers} producers`, () => {
        const messages = Math.min(255, 16_384 / messageBytes);
        const proof = framing === "grouped";
        for (let run = 2; run < 30; run++) {
          const header = { ...headerOf(messageBytes, producers, messages), framing, run };
          const plan = { messages, messageBytes, seed: 7, proof };
          const good = buildStream(producers, { ...plan, run });
          assert.equal(verdictOf(header, good).status, "ok", `run ${run}`);
          const stale = buildStream(producers, { ...plan, run: run - 1 });
          assert.notEqual(verdictOf(header, stale).status, "ok", `run ${run}`);
        }
      });
    }
  }

  test("a line of an earlier run", () => {
    const header: RunHeader = { ...headerOf(40, 1, 20), framing: "newline", run: 5 };
    const lines = (run: number) =>
      new TextEncoder().encode(
        Array.from({ length: 20 }, (_, i) => lineMessage(0, i, 40, lineLetters({ seed: 7, run })))
          .join(""),
      );
    assert.equal(verdictOf(header, lines(5)).status, "ok");
    assert.equal(verdictOf(header, lines(4)).status, "corrupt");
  });

  test("in groups, a swap of two producers at the same value shows", () => {
    const plan = { messages: 100, messageBytes: 1, seed: 7, run: 3, proof: true };
    const stream = buildStream(16, plan);
    const header: RunHeader = { ...headerOf(1, 16, 100), framing: "grouped", run: 3 };
    const swapped = stream.slice();
    [swapped[50], swapped[51]] = [swapped[51], swapped[50]];
    assert.equal(verdictOf(header, swapped).status, "reordered");
    assert.equal(verdictOf(header, stream.slice(0, -1)).status, "lost");
    const foreign = stream.slice();
    foreign[50] ^= 0x10;
    assert.equal(verdictOf(header, foreign).status, "corrupt");
  });
});

describe("gaps without end", () => {
  const count = 20_000;
  const stream = (order: number[]) => {
    const whole = buildStream(1, { messages: 2 * count, messageBytes: 8, seed: 7, run: 1 });
    return joined(...order.map((i) => whole.subarray(8 * i, 8 * i + 8)));
  };
  const odd = Array.from({ length: count }, (_, i) => 2 * i + 1);
  const even = odd.map((i) => i - 1);

  test("are counted and not all remembered", () => {
    const verdict = verdictOf(headerOf(8, 1, null), stream(odd));
    assert.deepEqual([verdict.status, verdict.lost], ["lost", count]);
    assert.match(verdict.detail, /more than 4096 gaps/);
  });
  test("do not make what fills them slow, and never lose more than was due", () => {
    const verdict = verdictOf(headerOf(8, 1, 2 * count), stream([...odd, ...even]));
    assert.equal(verdict.status, "lost");
    assert.ok(verdict.lost <= 2 * count);
    assert.equal(verdict.reordered, 4_096);
  });
});

test("one-byte messages looked at in whole cycles are judged as one by one", () => {
  const next = random(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  for (let trial = 0; trial < 150; trial++) {
    // Every tenth stream has more cycles in one piece than are compared at once.
    const scale = trial % 10 === 0 ? 100 : 1;
    const [producers, messages] = [1 + below(4), 1 + below(1_500 * scale)];
    const header = { ...headerOf(1, producers, messages), run: below(600) };
    const stream = buildStream(producers, { ...header, messages });
    const at = () => below(stream.length);
    const damage = [
      () => {},
      () => stream.copyWithin(at(), at()),
      // The set stays whole, so that what is early is counted.
      () => {
        const [here, there] = [at(), at()];
        [stream[here], stream[there]] = [stream[there], stream[here]];
      },
      () => stream[at()] = 255,
      () => stream[at()] = below(255),
    ];
    for (let faults = 1 + below(2); faults > 0; faults--) damage[below(damage.length)]();
    const cut = next() < 0.2 ? stream.subarray(0, below(stream.length)) : stream;
    assert.deepEqual(
      verdictOf(header, cut, scale * (300 + below(3_000))),
      verdictOf(header, cut, 1),
    );
  }
});

test("a stream over the memory of another one has its own bytes, and may be empty", () => {
  const plan = { messageBytes: 8, seed: 7 };
  const long = buildStream(3, { ...plan, messages: 50, run: 1 });
  for (const messages of [50, 70, 20, 0]) {
    const fresh = buildStream(3, { ...plan, messages, run: 2 });
    assert.deepEqual(buildStream(3, { ...plan, messages, run: 2 }, long), fresh);
    assert.equal(fresh.length, 24 * messages);
  }
});
