/** Waits are counted from the due time: what a stall makes of them is worked out by hand here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageBuilder } from "../workload/messages.ts";
import { random } from "../workload/random.ts";
import { dueTimes, type Pace } from "./arrivals.ts";
import { Stamps } from "./stamps.ts";
import { type RunTimes, waitsOf } from "./waits.ts";

const content = { seed: 5, run: 3 };
const SIZE = 16;

/** A run of one producer that has a message each ms, of which `sentMs` and `receivedMs` say what became of number k. */
function run(
  messages: number,
  sentMs: (k: number) => number,
  receivedMs: (k: number) => number,
): { times: RunTimes; names: Uint8Array } {
  const pace: Pace = { ratePerS: 1_000, spacing: "even", seed: 5, messages };
  const builder = new MessageBuilder(SIZE, content);
  const names = new Uint8Array(8 * messages);
  const received = new Stamps();
  const startMs = 10_000;
  for (let k = 0; k < messages; k++) {
    names.set(builder.build(0, k).subarray(0, 8), 8 * k);
    received.add((k + 1) * SIZE, startMs + receivedMs(k));
  }
  const times: RunTimes = {
    producers: 1,
    content,
    pace,
    messageBytes: SIZE,
    startMs,
    clockErrorMs: 0.001,
    sentMs: Float64Array.from({ length: messages }, (_, k) => sentMs(k)),
    received,
  };
  return { times, names };
}

/** The producer is held up from 300 to 400 ms: what is due meanwhile is sent at its end. */
const heldUp = (k: number) => k >= 300 && k < 400 ? 400 : k;

test("a stall of 100 ms is in the corrected waits of all that were due, and in no uncorrected one", () => {
  const { times, names } = run(1_000, heldUp, (k) => heldUp(k) + 0.01);
  const { handOff, uncorrected, late, clockErrorUs } = waitsOf(times, { names, read: null });
  const near = (value: number | null, wanted: number) =>
    assert.ok(Math.abs(value! - wanted) < 1e-3, `${value} is not ${wanted}`);
  // 900 messages wait 10 µs; of the others one each waits 1 to 100 ms more.
  near(handOff!.max, 100_010);
  near(handOff!.p50, 10);
  near(handOff!.p90, 10);
  near(handOff!.p99, 90_010);
  near(handOff!.p999, 99_010);
  near(uncorrected!.max, 10);
  near(late.max, 100_000);
  near(late.p90, 0);
  near(clockErrorUs, 1);
});

test("messages of a run are matched by their names, in any order of producers", () => {
  const pace: Pace = { ratePerS: 2_000, spacing: "even", seed: 5, messages: 2 };
  const builder = new MessageBuilder(SIZE, content);
  // Due at 0, 1 (producer 0) and 0.5, 1.5 ms (producer 1).
  const stream = [[1, 0], [0, 0], [0, 1], [1, 1]];
  const names = new Uint8Array(8 * stream.length);
  for (const [at, [producer, k]] of stream.entries()) {
    names.set(builder.build(producer, k).subarray(0, 8), 8 * at);
  }
  const received = new Stamps();
  // Two batches: three messages at 2 ms, one at 4.
  received.add(3 * SIZE, 2);
  received.add(4 * SIZE, 4);
  const sentMs = Float64Array.from([0, 1, 0.5, 1.5]);
  const times = { producers: 2, content, pace, messageBytes: SIZE, startMs: 0, clockErrorMs: 0 };
  // The listener's clock is 50 ms ahead, and reads two messages at a time.
  const stamps = [{ bytes: 2 * SIZE, ns: 53_000_000n }, { bytes: 4 * SIZE, ns: 55_000_000n }];
  const read = { stamps, clock: { offsetMs: 50, errorMs: 0.02 } };
  const waits = waitsOf({ ...times, sentMs, received }, { names, read });
  assert.deepEqual(waits.counts.handOff, [[1_000, 1], [1_500, 1], [2_000, 1], [2_500, 1]]);
  assert.deepEqual(waits.counts.endToEnd, [[2_500, 1], [3_000, 1], [3_500, 1], [4_000, 1]]);
  assert.deepEqual([waits.handOff!.p99, waits.handOff!.p999], [null, null], "too few");
  assert.equal(waits.endClockErrorUs, 20);
  assert.equal(dueTimes(1, 2, pace)[1], 1.5);
});

test("counts are rounded to three digits, and every message is in one of them", () => {
  const next = random(11);
  const messages = 20_000;
  const extra = Array.from(
    { length: messages },
    (_, k) => k % 50 === 0 ? 0 : 10 ** (6 * next() - 3),
  );
  const { times, names } = run(messages, (k) => k, (k) => k + extra[k] / 1_001);
  const { counts, handOff } = waitsOf(times, { names, read: null });
  const wanted = new Map<number, number>();
  for (let k = 0; k < messages; k++) {
    const wait = (times.received.msAt(k) - times.startMs - k) * 1_000;
    const us = Number(Math.max(0, wait).toPrecision(3));
    wanted.set(us, (wanted.get(us) ?? 0) + 1);
  }
  assert.deepEqual(counts.handOff, [...wanted].sort((a, b) => a[0] - b[0]));
  assert.equal(counts.handOff.reduce((sum, [, count]) => sum + count, 0), messages);
  assert.ok(handOff!.max > 0);
});

test("a clock that steps back voids the run", () => {
  const back = run(10, (k) => k, (k) => k === 5 ? 1 : k + 1);
  const arrivals = { names: back.names, read: null };
  assert.throws(() => waitsOf(back.times, arrivals), /a clock has stepped back/);
});

test("a run of which a part is not known has no waits", () => {
  const { times, names } = run(200, (k) => k, (k) => k + 1);
  const arrivals = { names: names.subarray(0, 8 * 199), read: null };
  assert.throws(() => waitsOf(times, arrivals), /did not keep the run whole/);
  const stamps = [{ bytes: 199 * SIZE, ns: 1n }];
  const read = { stamps, clock: { offsetMs: 0, errorMs: 0 } };
  assert.throws(() => waitsOf(times, { names, read }), /not every message's arrival was stamped/);
  const short = new Stamps();
  short.add(100 * SIZE, 1);
  const some = { ...times, received: short };
  assert.throws(() => waitsOf(some, { names, read: null }), /not every message's arrival/);
});

test("where nothing was sent there is the lateness of the pacing alone", () => {
  const { times } = run(1_000, (k) => k + 0.02, () => 0);
  const waits = waitsOf({ ...times, received: new Stamps() }, {
    names: new Uint8Array(0),
    read: null,
  });
  assert.equal(waits.handOff, null);
  assert.ok(Math.abs(waits.late.p99! - 20) < 1e-3);
});
