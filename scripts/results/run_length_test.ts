/** Which cells get the same number of messages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../session/options.ts";
import { RUNTIME } from "../testing/cell_events.ts";
import { type Cell, makePlan } from "./plan.ts";
import { chosenMessages } from "./run_length.ts";

const RUNTIMES = ["deno", "bun", "node"].map((label) => ({ ...RUNTIME, label }));

/** The chosen number of messages of each strategy; all runtimes must agree. */
function chosen(fitting: (cell: Cell) => number | null): Record<string, number> {
  const argv = ["--strategies", "swap-buffer,atomic-swap,channel", "--producers", "4"];
  const cells = makePlan(readOptions("bench", ["", "", ...argv]), RUNTIMES);
  const known = new Map(cells.flatMap((cell) => {
    const messages = fitting(cell);
    return messages === null ? [] : [[cell, messages] as const];
  }));
  const of: Record<string, number> = {};
  for (const [{ subject }, messages] of chosenMessages(cells, known)) {
    assert.equal(of[subject] ?? messages, messages, `the runtimes differ in ${subject}`);
    of[subject] = messages;
  }
  return of;
}

test("a power of two, by the mean of the runtimes", () => {
  const of = chosen(({ subject, runtime }) =>
    subject === "channel" ? 100 : runtime.label === "bun" ? 90_000 : 60_000
  );
  assert.deepEqual([of.channel, of["swap-buffer"]], [128, 65_536]);
});

test("two of about one speed have the same on both sides of a boundary", () => {
  const of = chosen(({ subject }) =>
    subject === "channel" ? 100 : subject === "swap-buffer" ? 90_000 : 95_000
  );
  assert.equal(of["swap-buffer"], of["atomic-swap"]);
});

test("a runtime whose pilot failed takes what the others need, and the least where all failed", () => {
  const of = chosen(({ subject, runtime }) =>
    subject === "channel" || (subject === "swap-buffer" && runtime.label === "bun") ? null : 65_536
  );
  assert.deepEqual([of["swap-buffer"], of["atomic-swap"], of.channel], [65_536, 65_536, 2]);
});
