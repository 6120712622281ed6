import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import type { Sample } from "../results/columns.ts";
import { pairRows } from "../statistics/pair_rows.ts";
import { comparePairs } from "../statistics/pairs.ts";
import { rank } from "../statistics/ranking.ts";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { answer } from "./answer.ts";
import { rankingNotes, rankingTable } from "./ranking_table.ts";
import { markdownTable } from "./table.ts";

/** A cell with 2 % of noise; 1,000 messages a run. */
function cell(strategy: string, us: number, more: Partial<Sample> = {}, rounds = 8): Sample[] {
  const next = random(us);
  return Array.from(
    { length: rounds },
    (_, at) =>
      madeUpSample(strategy, at + 1, us * (1 + 0.02 * next()), {
        ...(strategy === "channel" || strategy === "post-message" ? { params: "drain=batch" } : {}),
        ...more,
      }),
  );
}

function shown(samples: Sample[]) {
  const summary = summarize(samples);
  const pairs = comparePairs(samples, summary);
  const ranks = rank(summary, pairs, samples);
  const runtimes = [...new Set(summary.map(({ runtime }) => runtime!))];
  return {
    ranks,
    pairs,
    table: markdownTable(rankingTable(ranks, runtimes)),
    notes: rankingNotes(ranks).join("\n"),
    sentences: answer(summary, pairs),
  };
}

test("the figure is the geometric mean over P, and one line stands for a strategy", () => {
  const samples = [
    ...cell("swap-buffer", 1_000, { producers: 1 }),
    ...cell("swap-buffer", 4_000, { producers: 16 }),
  ];
  const { ranks } = shown(samples);
  assert.equal(ranks.length, 1);
  // 1 M/s and 250 k/s.
  assert.ok(Math.abs(ranks[0].figures[0].messagesPerSecond / 500_000 - 1) < 0.03);
});

test("the fastest stands first with its letter, controls apart and without one", () => {
  const { table, sentences } = shown([
    ...cell("channel", 4_000),
    ...cell("swap-buffer", 2_000),
    ...cell("post-message", 8_000),
    ...cell("socket-bulk", 1_000),
  ]);
  const order = ["swap-buffer", "channel:drain=batch", "post-message", "controls", "socket-bulk"];
  for (const [at, name] of order.entries()) assert.ok(table[2 + at].includes(name), table[2 + at]);
  assert.match(table[2], /% a \|/);
  assert.match(table[3], /% b \|/);
  assert.doesNotMatch(table[6], /% [a-z] \|/);
  assert.match(sentences[0], /^swap-buffer is faster than every other strategy under Node \(by/);
  assert.match(sentences.join("\n"), /3 of 3 pairs are decided/);
});

test("with too few rounds nothing leads, all share a letter, and the way out is named", () => {
  const { table, sentences } = shown([
    ...cell("channel", 4_000, {}, 3),
    ...cell("swap-buffer", 2_000, {}, 3),
  ]);
  for (const line of table.slice(2)) assert.match(line, /% a \|/);
  assert.match(sentences[0], /^Which strategy is the fastest under Node is undecided/);
  assert.match(sentences.at(-1)!, /^0 of 1 pairs are decided; .* give --rounds 8/);
});

test("a figure without some P, or with the fixed cost of a run, is marked and explained", () => {
  const { table, notes } = shown([
    ...cell("swap-buffer", 2_000, { producers: 1 }),
    ...cell("swap-buffer", 9_000, { producers: 16 }),
    ...cell("empty", 1_000, { producers: 1, delivered: 0 }),
    ...cell("empty", 1_000, { producers: 16, delivered: 0 }),
    ...cell("channel", 9_000, { producers: 16 }),
    ...[1].map((round) =>
      madeUpSample("channel", round, null, {
        params: "drain=batch",
        status: "skipped",
        producers: 1,
      })
    ),
  ]);
  const line = (name: string) => table.find((row) => row.includes(name))!;
  assert.match(line("swap-buffer"), /\| \\?~/);
  assert.match(line("channel"), /\| \\?\*/);
  assert.doesNotMatch(line("channel"), /% [a-z] \|/);
  assert.match(notes, /mostly the fixed cost/);
  assert.match(notes, /no figure at some P/);
});

test("a runtime leads only where it beats each other one", () => {
  const { sentences, ranks } = shown([
    ...cell("swap-buffer", 1_000, { runtime: "bun" }),
    ...cell("swap-buffer", 2_000, { runtime: "node" }),
    ...cell("swap-buffer", 3_000, { runtime: "deno" }),
    ...cell("atomic-swap", 2_001, { runtime: "bun" }),
    ...cell("atomic-swap", 2_002, { runtime: "node" }),
  ]);
  const text = sentences.join("\n");
  assert.match(text, /Bun is faster than every other runtime on swap-buffer \(by at least/);
  assert.match(text, /Which runtime is the fastest is undecided on atomic-swap\./);
  assert.equal(ranks.find(({ label }) => label === "atomic-swap")!.fastestRuntime, null);
});

test("pairs.csv has a row with a call for each pair, and rows for each P without", () => {
  const { pairs } = shown([
    ...cell("swap-buffer", 1_000, { producers: 1 }),
    ...cell("swap-buffer", 1_100, { producers: 16 }),
    ...cell("channel", 3_000, { producers: 1 }),
    ...cell("channel", 3_300, { producers: 16 }),
  ]);
  const rows = pairRows(pairs);
  assert.deepEqual(rows.map(({ producers, call }) => [producers, call]), [
    [null, "faster"],
    [1, null],
    [16, null],
  ]);
  assert.equal(rows[0].first, "swap-buffer");
  assert.ok(rows[0].low! > 2.8 && rows[0].high! < 3.2);
});

test("one failed cell takes the figure away and puts its word there", () => {
  const { table } = shown([
    ...cell("swap-buffer", 2_000, { producers: 1 }),
    madeUpSample("swap-buffer", 1, null, { producers: 16 }),
    ...cell("atomic-swap", 2_000, { producers: 1 }),
  ]);
  assert.match(table[2], /atomic-swap/);
  assert.match(table[3], /swap-buffer \| lost \|/);
});
