/** The summary on rows made by hand, where every number can be checked in the head. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { madeUpSample as sample } from "../testing/samples.ts";
import type { Sample } from "../results/columns.ts";
import { summarize } from "./summary.ts";

const each = (round: number, elapsed: number | null, more: Partial<Sample> = {}) =>
  sample("channel", round, elapsed, { params: "drain=each", ...more });

function row(samples: Sample[], strategy: string) {
  return summarize(samples).find((other) => other.strategy === strategy)!;
}

test("the process is the unit: the median of the processes' medians", () => {
  const summary = row([
    ...[1, 2, 9_000].map((elapsed) => sample("swap-buffer", 1, elapsed)),
    ...[4, 4].map((elapsed) => sample("swap-buffer", 2, elapsed)),
    sample("swap-buffer", 3, 10),
    sample("swap-buffer", 0, 77_777),
  ], "swap-buffer");
  assert.deepEqual([summary.processes, summary.runs], [3, 6]);
  assert.deepEqual([summary.least_us, summary.median_us, summary.most_us], [2, 4, 10]);
  assert.deepEqual([summary.p25_us, summary.p75_us], [3, 7]);
  assert.equal(summary.messages_per_s, 1_000 / 4e-6);
  assert.equal(summary.cpu_us_per_message, 2);
});

test("ratios: times as fast as channel:drain=each, shares of socket-bulk and no-handoff", () => {
  const samples = [
    sample("empty", 1, 1),
    each(1, 600),
    sample("swap-buffer", 1, 20),
    sample("socket-bulk", 1, 10),
    sample("no-handoff", 1, 16),
  ];
  assert.equal(row(samples, "swap-buffer").speed_vs_channel_each, 30);
  assert.equal(row(samples, "swap-buffer").share_of_no_handoff, 0.8);
  assert.equal(row(samples, "swap-buffer").share_of_socket_bulk, 0.5);
  assert.equal(row(samples, "swap-buffer").floor, false);
  assert.equal(row(samples, "channel").speed_vs_channel_each, 1);
});

test("a cell under five times empty is marked, and no ratio is drawn from it", () => {
  const samples = [
    sample("empty", 1, 5),
    each(1, 600),
    sample("swap-buffer", 1, 20),
    sample("socket-bulk", 1, 10),
  ];
  assert.equal(row(samples, "swap-buffer").floor, true);
  assert.equal(row(samples, "swap-buffer").speed_vs_channel_each, null);
  assert.equal(row(samples, "channel").share_of_socket_bulk, null);
});

test("a cell is held against the references of its own machine", () => {
  const elsewhere = { machine: "0ther000" };
  const samples = [sample("socket-bulk", 1, 10, elsewhere), sample("swap-buffer", 1, 20)];
  assert.equal(row(samples, "swap-buffer").share_of_socket_bulk, null);
});

test("no ratio mixes checking after the clock with checking inline", () => {
  const inline = { verify: "inline" };
  const samples = [sample("empty", 1, 1), each(1, 600), sample("swap-buffer", 1, 20, inline)];
  assert.equal(row(samples, "swap-buffer").speed_vs_channel_each, null);
  const mixed = row(
    [sample("swap-buffer", 1, 20), sample("swap-buffer", 2, 20, inline)],
    "swap-buffer",
  );
  assert.equal(mixed.verify, "mixed");
});

test("an unverified row makes its cell say why, and gives no ratio", () => {
  const samples = [
    sample("empty", 1, 1),
    each(1, 600),
    sample("swap-buffer", 1, 20),
    sample("swap-buffer", 2, null),
  ];
  const summary = row(samples, "swap-buffer");
  assert.deepEqual([summary.status, summary.processes, summary.speed_vs_channel_each], [
    "lost",
    1,
    null,
  ]);
  assert.equal(
    row([each(1, null), sample("swap-buffer", 1, 20)], "swap-buffer").speed_vs_channel_each,
    null,
  );
});

test("rows keep the order of the plan although the rounds are shuffled", () => {
  const at = (strategy: string, round: number, producers: number) =>
    sample(strategy, round, 100, { producers });
  const samples = [
    at("a", 0, 1),
    at("b", 0, 1),
    at("b", 1, 16),
    at("a", 1, 16),
    at("b", 1, 1),
    at("a", 1, 1),
  ];
  assert.deepEqual(
    summarize(samples).map((summary) => `${summary.strategy}${summary.producers}`),
    ["a1", "a16", "b1", "b16"],
  );
});
