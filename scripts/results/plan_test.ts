/** What a plan leaves out, and why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../session/options.ts";
import { makePlan } from "./plan.ts";

const NODE = {
  kind: "node",
  version: "1",
  path: "/node",
  source: "pinned",
  label: "node",
} as const;

function skips(...args: string[]): (string | null)[] {
  const options = readOptions("bench", ["", "", "--strategies", "sharded-rings", ...args]);
  return makePlan(options, [NODE]).filter(({ kind }) => kind !== "control")
    .map(({ skip }) => skip);
}

test("a capacity that a strategy cannot have is named with its range", () => {
  const [skip] = skips(
    "--capacity",
    "100",
    "--message-size",
    "64",
    "--workers",
    "2",
    "--producers",
    "4",
  );
  assert.match(
    skip!,
    /with 64-byte messages it takes a --capacity from 258 to 1073741824, not 100/,
  );
  assert.deepEqual(
    skips("--capacity", "258", "--message-size", "64", "--workers", "2", "--producers", "4"),
    [null],
  );
});

test("more messages than a number of 32 bits can tell apart are not run", () => {
  assert.deepEqual(skips("--total", "4294967295", "--producers", "1"), [null]);
  assert.match(skips("--total", "4294967296", "--producers", "1")[0]!, /more than the 4294967295/);
});
