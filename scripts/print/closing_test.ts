import assert from "node:assert/strict";
import { test } from "node:test";
import { type Summary, SUMMARY_COLUMNS } from "../results/columns.ts";
import { fastestLines } from "./closing.ts";

const NOTHING = Object.fromEntries(
  SUMMARY_COLUMNS.map(({ name }) => [name, null]),
) as unknown as Summary;

function row(
  runtime: string,
  producers: number,
  median: number,
  more: Partial<Summary> = {},
): Summary {
  return {
    ...NOTHING,
    runtime,
    strategy: "swap-buffer",
    producers,
    status: "ok",
    floor: false,
    verify: "after",
    median_us: median,
    min_us: median * 0.95,
    max_us: median * 1.05,
    processes: 3,
    messages_per_s: 2e6,
    cpu_us_per_message: 0.5,
    ...more,
  };
}

test("the line is about the largest P, in whatever order the rows come", () => {
  const rows = [row("bun", 256, 10), row("node", 256, 20), row("bun", 16, 9), row("node", 16, 1)];
  for (const order of [rows, rows.toReversed()]) {
    assert.deepEqual(fastestLines(order), [
      "swap-buffer: bun 2× as fast as node at 256 producers (3 processes each, ranges apart); " +
      "2 M/s, 0.5 CPU µs a message",
    ]);
  }
});

test("it says how sure that is", () => {
  assert.match(
    fastestLines([row("bun", 1, 10), row("node", 1, 10.8)])[0],
    /1.08× .*ranges overlap/,
  );
  assert.match(fastestLines([row("bun", 1, 10), row("node", 1, 10.1)])[0], /bun and node level/);
  const one = { processes: 1 };
  assert.match(
    fastestLines([row("bun", 1, 10, one), row("node", 1, 30, one)])[0],
    /too few to tell/,
  );
});

test("a cell without a number, or mostly fixed cost, wins nothing", () => {
  const lost = { status: "lost", median_us: null };
  assert.match(
    fastestLines([row("bun", 1, 1, lost), row("node", 1, 30)])[0],
    /node at 1 producers/,
  );
  assert.match(fastestLines([row("bun", 1, 1, lost)])[0], /lost, no figure/);
  assert.match(fastestLines([row("bun", 1, 1, { floor: true })])[0], /too short to tell/);
});
