/** Which rows may appear in one table, and what the table is called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { settingOf, settingTitle } from "./labels.ts";

test("lines stand apart from messages of one size, and are named", () => {
  const [bytes, domains, filler] = ["bytes", "domains", "filler"].map((workload) =>
    summarize([madeUpSample("channel", 1, 1_000, { workload, message_size: "400" })])[0]
  );
  assert.equal(new Set([bytes, domains, filler].map(settingOf)).size, 3);
  assert.match(settingTitle(bytes), /, 400-byte messages, /);
  assert.match(settingTitle(domains), /, domains lines, /);
});

test("a mix of lengths stands apart from messages of its longest", () => {
  const [one, mix] = ["64", "16..64"].map((message_size) =>
    summarize([madeUpSample("channel", 1, 1_000, { message_size, message_bytes: 64 })])[0]
  );
  assert.notEqual(settingOf(one), settingOf(mix));
  assert.match(settingTitle(mix), /, 16\.\.64-byte messages, /);
});

test("messages between work stand apart from those without, and say how much it is", () => {
  const [none, some, more] = [0, 10, 20].map((work_us) =>
    summarize([madeUpSample("channel", 1, 1_000, { work_us })])[0]
  );
  assert.equal(new Set([none, some, more].map(settingOf)).size, 3);
  assert.match(settingTitle(none), /, 8-byte messages, /);
  assert.match(settingTitle(some), /, 8-byte messages after 10 µs of work, /);
});
