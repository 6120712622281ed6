/** What column `load` says, and what can be read from it again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SPACINGS } from "../../bench/latency/arrivals.ts";
import { loadTitle, readingOf } from "./load.ts";

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
      assert.deepEqual(
        readingOf(loadTitle({ ratePerS: 200_000, spacing, reading })),
        reading,
      );
      assert.deepEqual(
        readingOf(loadTitle({ share: 0.5, of: "slowest", spacing, reading })),
        reading,
      );
    }
  }
});

test("full load, no load and other text have no slow listener", () => {
  for (const text of [loadTitle(null), null, "", "200000/s", "50%, stalled often"]) {
    assert.equal(readingOf(text), null);
  }
});

test("a load is called by one name", () => {
  const common = { spacing: "exponential" as const, reading: null };
  assert.equal(loadTitle(null), "full");
  assert.equal(loadTitle({ share: 0.33, of: "own", ...common }), "33%");
  const reading = { stall: { forMs: 200, everyMs: 1_000 }, bytesPerS: null };
  assert.equal(
    loadTitle({ share: 0.5, of: "slowest", spacing: "even", reading }),
    "50% of the slowest even, stalled 200 of 1000 ms",
  );
});
