/** What a plan leaves out, and why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../session/options.ts";
import { cellKey, identityOf } from "./cell_key.ts";
import { makePlan, seriesOf } from "./plan.ts";
import { chosenMessages } from "./run_length.ts";

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

test("each amount of work is a cell of its own, in a process of its own", () => {
  const options = readOptions("bench", [
    ...["", "", "--strategies", "channel", "--producers", "1,4", "--workers", "1"],
    ...["--work-us", "0,10", "--sink", "none"],
  ]);
  const cells = makePlan(options, [NODE]);
  assert.deepEqual(new Set(cells.map(({ skip }) => skip)), new Set([null]));
  assert.equal(new Set(cells.map((cell) => cellKey(identityOf(cell)))).size, cells.length);
  const own = cells.filter(({ subject }) => subject === "channel");
  assert.deepEqual(own.map(({ producers, workUs }) => [producers, workUs]), [
    [1, 0],
    [4, 0],
    [1, 10],
    [4, 10],
  ]);
  assert.equal(new Set(own.map(seriesOf)).size, 2);
  const fitting = new Map(own.map((cell) => [cell, cell.workUs === 0 ? 60_000 : 100]));
  for (const [cell, messages] of chosenMessages(own, fitting)) {
    assert.equal(messages, cell.workUs === 0 ? 65_536 : 128);
  }
});

test("a mix of lengths is a cell of its own, and clients skip it with the reason", () => {
  const options = readOptions("bench", [
    ...["", "", "--strategies", "swap-buffer", "--producers", "4"],
    ...["--message-size", "64,16..64", "--workers", "1"],
  ]);
  const cells = makePlan(options, [NODE]).filter(({ kind }) => kind !== "control");
  assert.deepEqual(cells.map((cell) => identityOf(cell).message_size), ["16..64", "64"]);
  assert.deepEqual(cells.map((cell) => identityOf(cell).message_bytes), [64, 64]);
  assert.equal(new Set(cells.map(seriesOf)).size, 2);
  const fitting = new Map(cells.map((cell, at) => [cell, at === 0 ? 60_000 : 100]));
  assert.deepEqual([...chosenMessages(cells, fitting).values()], [65_536, 128]);
  assert.match(
    skips("--capacity", "40", "--message-size", "16..64")[0]!,
    /with 16\.\.64-byte messages it takes a --capacity from/,
  );
});

test("own-socket needs a socket, knows no turns, and builds nothing before the clock", () => {
  const skipOf = (subject: string, ...args: string[]) => {
    const options = readOptions("bench", ["", "", "--strategies", subject, ...args]);
    return makePlan(options, [NODE]).find((cell) => cell.subject === subject)!.skip;
  };
  assert.match(skipOf("own-socket", "--sink", "none")!, /--sink none has none/);
  assert.match(skipOf("own-socket", "--turn", "5")!, /whatever --turn says/);
  const large = ["--messages", "20000", "--message-size", "65536", "--producers", "1"];
  assert.equal(skipOf("own-socket", ...large), null);
  assert.match(skipOf("socket-bulk", ...large)!, /too large to be built before the clock/);
});
