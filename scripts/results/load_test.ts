/** What the column `load` says, and what can be read from it again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SPACINGS } from "../../bench/latency/arrivals.ts";
import { besideRate, loadTitle, readingOf } from "./load.ts";

test("how slowly a listener reads is read back from the column as it was written", () => {
  const stall = { forMs: 200, everyMs: 1_000 };
  for (
    const reading of [
      null,
      { stall, bytesPerS: null },
      { stall: null, bytesPerS: 50_000_000 },
      { stall, bytesPerS: 1_000 },
    ]
  ) {
    for (const spacing of SPACINGS) {
      for (const consumerWorkUs of [0, 50]) {
        const common = { spacing, consumerWorkUs, reading };
        assert.deepEqual(readingOf(loadTitle({ ratePerS: 200_000, ...common })), reading);
        assert.deepEqual(readingOf(loadTitle({ share: 0.5, of: "slowest", ...common })), reading);
      }
    }
  }
});

test("full load, no load and other text have no slow listener", () => {
  for (const text of [loadTitle(null), null, "", "200000/s", "50%, stalled often"]) {
    assert.equal(readingOf(text), null);
  }
});

test("a load is called by one name", () => {
  const common = { spacing: "exponential" as const, consumerWorkUs: 0, reading: null };
  assert.equal(loadTitle(null), "full");
  assert.equal(loadTitle({ share: 0.33, of: "own", ...common }), "33%");
  const reading = { stall: { forMs: 200, everyMs: 1_000 }, bytesPerS: null };
  assert.equal(
    loadTitle({ share: 0.5, of: "slowest", spacing: "even", consumerWorkUs: 50, reading }),
    "50% of the slowest even, consumer works 50 us on each batch, stalled 200 of 1000 ms",
  );
});

test("what a load says beside its rate is the same at every rate", () => {
  const reading = { stall: { forMs: 200, everyMs: 1_000 }, bytesPerS: null };
  const beside = (
    common: { spacing: "even" | "exponential"; consumerWorkUs: number },
    slow = true,
  ) =>
    [
      { share: 0.333, of: "own" as const },
      { share: 1, of: "slowest" as const },
      { ratePerS: 200_000 },
      { ratePerS: 1.5 },
    ].map((rate) => besideRate(loadTitle({ ...rate, ...common, reading: slow ? reading : null })));
  const four = (text: string) => [text, text, text, text];
  const plain = { spacing: "exponential" as const, consumerWorkUs: 0 };
  assert.deepEqual(beside(plain, false), four(""));
  assert.deepEqual(beside(plain), four("stalled 200 of 1000 ms"));
  assert.deepEqual(
    beside({ spacing: "even", consumerWorkUs: 50 }),
    four("even, consumer works 50 us on each batch, stalled 200 of 1000 ms"),
  );
});
