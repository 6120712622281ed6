/** Numbers as people see them, in particular where one unit ends and the next begins. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, rate, time } from "./units.js";

test("what three digits would show as a thousand of a unit is one of the next", () => {
  assert.deepEqual([999_499, 999_999.99, 1e6].map(rate), ["999 k/s", "1 M/s", "1 M/s"]);
  assert.deepEqual([999.4, 999.6, 1_000].map(rate), ["999 /s", "1 k/s", "1 k/s"]);
  assert.deepEqual([999.4, 999.6].map(time), ["999 µs", "1 ms"]);
  assert.deepEqual([999_499, 999_600].map(time), ["999 ms", "1 s"]);
  assert.deepEqual([2 ** 20 - 600, 2 ** 20 - 1].map(memory), ["1,023 KiB", "1 MiB"]);
});
