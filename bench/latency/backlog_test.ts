/** What piles up where, worked out by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backlogOf } from "./backlog.ts";

const SIZE = 10;
const EPOCH = 1_700_000_000_000;

/** Four messages, one due each ms, of which the producer is held up from 2 to 5 ms. */
const DUE = Float64Array.of(0, 1, 2, 3);
const SENT = Float64Array.of(0, 1, 5, 5);
/** The consumer takes one message at 2 ms and the rest at 6. */
const RECEIVED = { ms: [2, 6], total: [SIZE, 4 * SIZE] };
/** The listener reads the first at 4 ms and the rest at 8, with which the run ends. */
const READ = { ms: [4, 8], total: [SIZE, 4 * SIZE] };

test("each place holds what has come in and not gone out, moment by moment", () => {
  const { series } = backlogOf(EPOCH, DUE, SENT, RECEIVED, READ, SIZE);
  assert.equal(series.length, 201);
  const at = (ms: number) => {
    const { waitingBytes, unreadBytes, held } = series.find((point) => point.ms === ms)!;
    return [waitingBytes, unreadBytes, held];
  };
  assert.deepEqual(at(0), [10, 0, 0]);
  assert.deepEqual(at(1), [20, 0, 0]);
  assert.deepEqual(at(2), [10, 10, 1]);
  assert.deepEqual(at(3), [10, 10, 2], "held up by now: those that were due at 2 and 3 ms");
  assert.deepEqual(at(4), [10, 0, 2]);
  assert.deepEqual(at(5), [30, 0, 0]);
  assert.deepEqual(at(6), [0, 30, 0]);
  assert.deepEqual(at(8), [0, 0, 0]);
});

test("peaks and mean are those of that series where nothing happens between its points", () => {
  const backlog = backlogOf(EPOCH, DUE, SENT, RECEIVED, READ, SIZE);
  assert.equal(backlog.peakBytes, 30);
  assert.equal(backlog.unreadPeakBytes, 30);
  assert.equal(backlog.heldPeak, 1);
  // Of 200 steps of 40 µs: 25 with 10 bytes, 25 with 20, 75 with 10, 25 with 30, and then none.
  assert.equal(backlog.meanBytes, (25 * 10 + 25 * 20 + 75 * 10 + 25 * 30) / 201);
});

test("what is there only just before a receive or a read counts, though no point of the series is there", () => {
  // The points are 500 µs apart, and three messages are gone again within 2 µs.
  const due = Float64Array.of(0.1, 0.1, 0.1, 100);
  const sent = Float64Array.of(0.101, 0.102, 0.103, 100);
  const received = { ms: [0.104, 100], total: [3 * SIZE, 4 * SIZE] };
  const read = { ms: [0.105, 100], total: [3 * SIZE, 4 * SIZE] };
  const backlog = backlogOf(EPOCH, due, sent, received, read, SIZE);
  assert.equal(backlog.peakBytes, 30);
  assert.equal(backlog.unreadPeakBytes, 30);
  assert.equal(backlog.heldPeak, 2);
  assert.deepEqual(
    backlog.series.filter(({ waitingBytes, unreadBytes, held }) =>
      waitingBytes + unreadBytes! + held > 0
    ),
    [],
  );
});

test("without a listener nothing is known of what it has not read, and the run ends with the consumer's last", () => {
  const { unreadPeakBytes, peakBytes, series } = backlogOf(EPOCH, DUE, SENT, RECEIVED, null, SIZE);
  assert.equal(unreadPeakBytes, null);
  assert.equal(peakBytes, 30);
  assert.ok(series.every(({ unreadBytes }) => unreadBytes === null));
  assert.equal(series.at(-1)!.ms, 6);
});

test("clocks that differ a little make no negative backlog", () => {
  // By its own clock the producer has sent 1 µs after the consumer received.
  const sent = Float64Array.of(1.001);
  const received = { ms: [1], total: [SIZE] };
  const { peakBytes, series } = backlogOf(EPOCH, Float64Array.of(1), sent, received, null, SIZE);
  assert.equal(peakBytes, 0);
  assert.ok(series.every(({ waitingBytes, held }) => waitingBytes >= 0 && held >= 0));
});
