import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunHeader } from "../wire/protocol.ts";
import { Store } from "./store.ts";

const HEADER: RunHeader = {
  runId: "test",
  messageBytes: 10,
  framing: "fixed",
  producers: 4,
  messages: 10,
  seed: 1,
  run: 1,
  warmUp: false,
};

test("what a run may need is written to before it begins, and nothing that no run needs", () => {
  const store = new Store(1_000);
  const touched = (header: RunHeader) => store.readyFor(header).lastIndexOf(1) + 1;
  assert.equal(touched(HEADER), 400);
  assert.equal(touched({ ...HEADER, messages: 5 }), 400);
  assert.equal(touched({ ...HEADER, messages: 20 }), 800);
  // Checked as they come, so never stored.
  assert.equal(touched({ ...HEADER, messages: 30 }), 800);
  assert.equal(touched({ ...HEADER, messages: null }), 800);
  assert.ok(store.readyFor(HEADER).subarray(0, 800).every((byte) => byte === 1));
});

test("no byte is written to twice, so a larger run costs its own pages alone", () => {
  const store = new Store(1_000);
  store.readyFor(HEADER).fill(7, 0, 400);
  assert.ok(store.readyFor({ ...HEADER, messages: 20 }).subarray(0, 400).every((b) => b === 7));
});
