import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../cli/command.ts";
import type { Client } from "../processes/clients.ts";
import { lackOf, subjectsUnder } from "./client_arms.ts";
import { parseSubject } from "./subjects.ts";

function client(arms: Record<string, string>): Client {
  return {
    kind: "client",
    version: "1",
    path: "/own",
    source: "path",
    label: "own",
    threads: 2,
    messageBytes: [1, 64],
    arms,
  };
}

const CHOSEN = [
  parseSubject("swap-buffer"),
  parseSubject("channel:drain=batch"),
  parseSubject("empty"),
];

test("a client's arms are those that were chosen, and what the suite has no name for", () => {
  const arms = {
    swap: "swap-buffer",
    queue: "channel:drain=each",
    pipe: "own-pipe",
    nothing: "empty",
  };
  const planned = subjectsUnder(client(arms), CHOSEN);
  assert.deepEqual(planned.map(({ arm, entry }) => [arm, entry.name]), [
    ["swap", "swap-buffer"],
    ["pipe", "own-pipe"],
    ["nothing", "empty"],
  ]);
});

test("two arms for one strategy, or none of what was chosen, are refused in one line", () => {
  const refused = [
    { swap: "swap-buffer", other: "swap-buffer:drain=batch" },
    { one: "own-pipe", two: "own-pipe" },
    { each: "channel:drain=each", nothing: "empty" },
  ];
  for (const arms of refused) {
    assert.throws(
      () => subjectsUnder(client(arms as unknown as Record<string, string>), CHOSEN),
      (error: Error) => error instanceof UsageError && !error.message.includes("\n"),
      JSON.stringify(arms),
    );
  }
});

test("what a client lacks is said", () => {
  const asked = {
    ...{ sink: "tcp", load: null, turn: 0, producers: 4, workers: 2 },
    ...{ messageBytes: 1, leastBytes: 1, workload: "bytes", workUs: 0 },
  };
  assert.equal(lackOf(client({}), asked), null);
  for (
    const change of [
      { sink: "none" },
      { load: {} },
      { turn: 1 },
      { workUs: 1 },
      { workers: 3 },
      { messageBytes: 65, leastBytes: 65 },
      { messageBytes: 64, leastBytes: 8 },
      { workload: "domains", messageBytes: 64 },
    ]
  ) {
    assert.notEqual(lackOf(client({}), { ...asked, ...change }), null, JSON.stringify(change));
  }
});
