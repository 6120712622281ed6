/** What `--dry-run` says of a cell. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { makePlan } from "../results/plan.ts";
import { RUNTIME } from "../testing/cell_events.ts";
import { printPlan } from "./lists.ts";
import { readOptions } from "./options.ts";

function printed(...argv: string[]): string {
  const few = ["--strategies", "channel", "--producers", "8"];
  const options = readOptions("bench", ["", "", ...few, ...argv]);
  const log = mock.method(console, "log", () => {});
  try {
    printPlan(makePlan(options, [RUNTIME]), options);
    return log.mock.calls.map(({ arguments: [line] }) => line).join("\n");
  } finally {
    log.mock.restore();
  }
}

test("messages of one size are named by it, lines by their workload", () => {
  assert.match(printed("--message-size", "64"), /runs of 10 ms with 64-byte messages/);
  assert.match(printed("--messages", "5"), /, 5 1-byte messages each/);
  const lines = printed("--workload", "domains", "--generate");
  assert.match(lines, /runs of 10 ms with domains generated lines/);
  assert.doesNotMatch(lines, /400/);
});
