import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivalsSeed, dueTimes, type Pace, scheduleOf, SPACINGS } from "./arrivals.ts";

const PACE: Pace = { ratePerS: 50_000, spacing: "exponential", seed: 7, messages: 2_000 };

test("exponential gaps have the mean that the rate asks for, and as much spread as mean", () => {
  for (const producers of [1, 4, 50]) {
    const due = dueTimes(0, producers, PACE);
    const gaps = [...due].map((ms, at) => ms - (due[at - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    const wanted = producers * 1_000 / PACE.ratePerS;
    assert.ok(Math.abs(mean / wanted - 1) < 0.1, `${producers}: ${mean} of ${wanted}`);
    assert.ok(Math.abs(spread / mean - 1) < 0.1, `${producers}: ${spread} of ${mean}`);
    assert.ok(gaps.every((gap) => gap > 0));
  }
});

test("due times depend on the pace's seed and the producer alone", () => {
  assert.deepEqual(dueTimes(3, 8, PACE), dueTimes(3, 8, { ...PACE }));
  assert.notDeepEqual(dueTimes(3, 8, PACE), dueTimes(4, 8, PACE));
  assert.notDeepEqual(dueTimes(3, 8, PACE), dueTimes(3, 8, { ...PACE, seed: 8 }));
});

test("every round of a session has arrivals of its own, and no two sessions share theirs", () => {
  const seeds = [1, 2, 3].flatMap((seed) =>
    Array.from({ length: 1_000 }, (_, round) => arrivalsSeed(seed, round + 1))
  );
  assert.equal(new Set(seeds).size, seeds.length);
  assert.ok(seeds.every((seed) => seed === seed >>> 0));
  assert.equal(arrivalsSeed(1, 1), seeds[0]);
});

test("the rate is the same from the first to the last moment, however few messages each has", () => {
  for (const [producers, messages] of [[8_192, 2], [1_000, 6], [8, 2_000]]) {
    const pace: Pace = { ratePerS: 50_000, spacing: "exponential", seed: 7, messages };
    const wholeMs = producers * messages * 1_000 / pace.ratePerS;
    const parts = [0, 0, 0, 0];
    for (let producer = 0; producer < producers; producer++) {
      for (const ms of dueTimes(producer, producers, pace)) {
        assert.ok(ms > 0 && ms < wholeMs);
        parts[Math.floor(4 * ms / wholeMs)]++;
      }
    }
    for (const part of parts) {
      const share = 4 * part / (producers * messages);
      assert.ok(Math.abs(share - 1) < 0.06, `${producers}: ${parts}`);
    }
  }
});

test("even spacing shifts producers by i / P of a gap", () => {
  const pace: Pace = { ratePerS: 4_000, spacing: "even", seed: 1, messages: 3 };
  const of = (producer: number) => [...dueTimes(producer, 4, pace)];
  assert.deepEqual(of(0), [0, 1, 2]);
  assert.deepEqual(of(1), [0.25, 1.25, 2.25]);
  assert.deepEqual(of(3), [0.75, 1.75, 2.75]);
});

test("messages due at the same moment are in the order of the producers, however many they are", () => {
  for (let count = 1; count <= 9; count++) {
    const ids = Array.from({ length: count }, (_, at) => at);
    // Producers of equal seed and number are due at once.
    const same = scheduleOf(ids.map(() => 0), 6, { ...PACE, messages: 7 });
    assert.deepEqual([...same.places], [...same.places].map((_, at) => at % count));
    assert.deepEqual([...same.sequences], [...same.places].map((_, at) => Math.floor(at / count)));
  }
});

test("a Worker's schedule has every message of its producers, each producer's in order", () => {
  const ids = [1, 3, 5];
  const pace = { ...PACE, messages: 500 };
  const { dueMs, places, sequences } = scheduleOf(ids, 6, pace);
  const next = ids.map(() => 0);
  let last = 0;
  for (let at = 0; at < dueMs.length; at++) {
    assert.ok(dueMs[at] >= last);
    last = dueMs[at];
    assert.equal(sequences[at], next[places[at]]++);
    assert.equal(dueMs[at], dueTimes(ids[places[at]], 6, pace)[sequences[at]]);
  }
  assert.deepEqual(next, [500, 500, 500]);
});

test("whatever the spacing, a producer's messages keep their order and end with the run", () => {
  for (const spacing of SPACINGS) {
    const pace: Pace = { ratePerS: 50_000, spacing, seed: 7, messages: 2_000 };
    const wholeMs = 4 * pace.messages * 1_000 / pace.ratePerS;
    for (let producer = 0; producer < 4; producer++) {
      const due = dueTimes(producer, 4, pace);
      assert.ok(due.every((ms, at) => ms >= (due[at - 1] ?? 0) && ms < wholeMs), spacing);
    }
  }
});

test("a burst comes every 20 ms and holds what would have come in them", () => {
  const due = dueTimes(1, 4, { ...PACE, spacing: "burst" });
  const even = dueTimes(1, 4, PACE);
  assert.ok(due.every((ms, at) => ms % 20 === 0 && even[at] - ms >= 0 && even[at] - ms < 20));
});

test("staggered producers join one after the other, and the first closes before the last has sent half", () => {
  const pace: Pace = { ...PACE, spacing: "staggered" };
  const dues = Array.from({ length: 4 }, (_, producer) => dueTimes(producer, 4, pace));
  const wholeMs = 4 * pace.messages * 1_000 / pace.ratePerS;
  for (const [producer, due] of dues.entries()) {
    assert.ok(Math.abs(due[0] - producer * wholeMs / 6) < wholeMs / 100, `${producer}`);
  }
  assert.ok(dues[0].at(-1)! < dues[3][pace.messages / 2]);
  for (const producers of [1, 2, 4]) {
    const ends = Array.from(
      { length: producers },
      (_, producer) => dueTimes(producer, producers, pace).at(-1)!,
    );
    const wholeMs = producers * pace.messages * 1_000 / pace.ratePerS;
    assert.ok(Math.max(...ends) > 0.99 * wholeMs, `${producers}: the rate is the mean of the run`);
  }
});

test("a ramp has a quarter of its messages in the first half of the run", () => {
  const due = dueTimes(0, 4, { ...PACE, spacing: "ramp" });
  const wholeMs = 4 * PACE.messages * 1_000 / PACE.ratePerS;
  const early = due.filter((ms) => ms < wholeMs / 2).length / due.length;
  assert.ok(Math.abs(early - 0.25) < 0.05, `${early}`);
});
