/** What is said of an open loop, from waits that were made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "../results/columns.ts";
import { comparePairs } from "../statistics/pairs.ts";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { conclusionsOf } from "./conclusions.ts";
import { summaryPage } from "./summary_page.ts";
import { markdownTable, textOf } from "./table.ts";
import { ABSOLUTE, openLoop, OWN } from "./testing/open_loop.ts";
import { verdict } from "./verdicts.ts";

function concluded(samples: Sample[]) {
  const summary = summarize(samples);
  const pairs = comparePairs(samples, summary);
  const conclusions = conclusionsOf(summary, pairs, samples);
  const [{ table, notes, sentences }] = conclusions;
  return {
    conclusions,
    pairs,
    rows: table!.rows.map((row) => row.map(textOf)),
    notes: notes.join("\n"),
    sentences,
    page: summaryPage(summary, pairs, conclusions, samples),
  };
}

/** Samples whose every round is the same, so that a figure is known to the digit. */
function exact(strategy: string, more: Partial<Sample>): Sample[] {
  return [1, 2, 3].map((round) =>
    madeUpSample(strategy, round, 1_000, { load: ABSOLUTE, rate_per_s: 200_000, ...more })
  );
}

test("a figure is p50 and p99 in units for people, the geometric mean over P", () => {
  const { rows, notes } = concluded([
    ...exact("swap-buffer", { producers: 1, p50_us: 10, p99_us: 400 }),
    ...exact("swap-buffer", { producers: 16, p50_us: 1_000, p99_us: 14_400 }),
  ]);
  assert.deepEqual(rows, [["swap-buffer", "100 µs · 2.4 ms a"]]);
  assert.match(notes, /from when a message was due until the consumer had it/);
  assert.match(notes, /due to send 200 k\/s\./);
  assert.doesNotMatch(notes, /~|\?|\*|Counted from when|pacing alone/, "no mark is explained idly");
});

test("lines stand by p99 where rates are the same, with letters, and pacing alone apart", () => {
  const { rows } = concluded([
    // Its p50 is the shortest of all.
    ...openLoop("channel", 900, { params: "drain=batch", p50_us: 1 }),
    ...openLoop("swap-buffer", 300),
    ...openLoop("atomic-swap", 303),
    ...openLoop("empty", 40, { late_p50_us: 0.4 }),
  ]);
  assert.deepEqual(rows.map(([label]) => label), [
    ...["swap-buffer", "atomic-swap", "channel:drain=batch", "controls", "pacing alone"],
  ]);
  assert.match(rows[0][1], /^30 µs · 30\d? µs a$|^3\d µs · 3\d0 µs a$/);
  // 1 % apart is not told apart.
  assert.match(rows[1][1], / a$/);
  assert.match(rows[2][1], / b$/);
  assert.match(rows[4][1], /^0\.4 µs · 40 µs$/);
});

test("marks stand where they are true, each with its note", () => {
  const { rows, notes } = concluded([
    ...openLoop("swap-buffer", 300, { p50_us: 30 }),
    ...openLoop("atomic-swap", 301, { p50_us: 19 }),
    ...openLoop("async-lock", 302, { p50_us: 30, clock_error_us: 11 }),
    ...openLoop("empty", 40, { late_p50_us: 10 }),
  ]);
  const mark = (name: string) => rows.find(([label]) => label === name)![1].match(/^[*~?]*/)![0];
  assert.deepEqual(["swap-buffer", "atomic-swap", "async-lock", "pacing alone"].map(mark), [
    ...["", "~", "?", ""],
  ]);
  assert.match(notes, /^~ mostly how late the producers' pacing is/m);
  assert.match(notes, /^\? .*clocks may differ/m);
  assert.match(notes, /^pacing alone: /m);
  assert.doesNotMatch(notes, /^\*/m);
});

test("a failed cell takes the figure away, and a P without one takes the letter", () => {
  const { rows, notes } = concluded([
    ...openLoop("swap-buffer", 300, { producers: 1 }),
    madeUpSample("swap-buffer", 1, null, { producers: 16, load: ABSOLUTE }),
    ...openLoop("atomic-swap", 300, { producers: 1 }),
    madeUpSample("atomic-swap", 1, null, { producers: 16, load: ABSOLUTE, status: "skipped" }),
    ...openLoop("async-lock", 300, { producers: 1 }),
    ...openLoop("async-lock", 300, { producers: 16 }),
  ]);
  const figure = (name: string) => rows.find(([label]) => label === name)![1];
  assert.equal(figure("swap-buffer"), "lost");
  assert.match(figure("atomic-swap"), /^\*.* µs$/);
  assert.match(figure("async-lock"), / a$/);
  assert.match(notes, /^\* no figure at some P/m);
});

test("what counting from the sending hides is told from 1.2 times on, of the worst cell", () => {
  const hiding = (factor: number) =>
    concluded([
      ...exact("swap-buffer", { p50_us: 10, p99_us: 100, uncorrected_p99_us: 100 / factor }),
      ...exact("atomic-swap", { p50_us: 10, p99_us: 100, uncorrected_p99_us: 100 }),
    ]).notes;
  assert.match(
    hiding(3.4),
    /p99 would be up to 3\.4× shorter \(node swap-buffer at P = 10\)/,
  );
  assert.doesNotMatch(hiding(1.19), /Counted/);
});

test("eight rounds with a clear difference name whose messages wait less, by no more than shown", () => {
  const { sentences, pairs } = concluded([
    ...openLoop("swap-buffer", 300),
    ...openLoop("channel", 600, { params: "drain=batch" }),
    ...openLoop("async-lock", 900),
    ...openLoop("swap-buffer", 200, { runtime: "bun" }),
    ...openLoop("channel", 202, { runtime: "bun", params: "drain=batch" }),
    ...openLoop("async-lock", 900, { runtime: "bun" }),
  ]);
  const said =
    /^swap-buffer's messages wait less than every other strategy's under Node \(p99, at least (1\.\d+)× shorter\)\.$/;
  assert.match(sentences[0], said);
  const low =
    pairs.find(({ on, first, second }) =>
      on === "node" && first === "swap-buffer" && second.startsWith("channel")
    )!.decision!.low;
  const atLeast = Number(said.exec(sentences[0])![1]);
  assert.ok(atLeast <= low && atLeast > low - 0.011);
  assert.equal(
    sentences[1],
    "Which strategy's messages wait the least (p99) under Bun is undecided: none are shown to wait less than those of swap-buffer or channel:drain=batch.",
  );
  assert.match(
    sentences[2],
    /^Bun's messages wait less than every other runtime's on swap-buffer \(p99, at least 1\.\d+× shorter\) and channel:drain=batch \(.*\)\.$/,
  );
  assert.equal(
    sentences[3],
    "Which runtime's messages wait the least (p99) is undecided on async-lock.",
  );
  assert.doesNotMatch(sentences.join(), /fast|socket-bulk/);
});

test("without a difference nothing leads, and a pair is called in words of p99", () => {
  const { sentences, pairs, page } = concluded([
    ...openLoop("swap-buffer", 300, {}, 3),
    ...openLoop("channel", 600, { params: "drain=batch" }, 3),
  ]);
  assert.equal(
    sentences[0],
    "Which strategy's messages wait the least (p99) under Node is undecided.",
  );
  assert.match(sentences[1], /^0 of 1 pairs are decided; .* give --rounds 8/);
  assert.match(
    verdict(pairs[0]),
    /^the p99 of swap-buffer and of channel:drain=batch under Node, at 10 producers: undecided, /,
  );
  assert.match(page, /<summary>Strategies against each other by what their messages wait: 1 pairs/);
  assert.match(page, /as long as the row's the column's p99 is/);
  assert.doesNotMatch(page, /fast/);
});

test("the matrix and the verdict of a decided pair have the longer p99 over the shorter", () => {
  const { pairs, page } = concluded([
    ...openLoop("async-lock", 900),
    ...openLoop("swap-buffer", 300),
  ]);
  assert.match(
    verdict(pairs[0]),
    /^the p99 of async-lock is (2\.9\d?|3(\.0\d)?)× \(.*\) that of swap-buffer under Node, at 10 producers$/,
  );
  assert.match(page, /\| swap-buffer \| +\| (2\.9\d?|3(\.0\d)?)× \|/);
});

test("cells with rates of their own are shown with them and never compared", () => {
  const own = (strategy: string, p99: number, rate: number) =>
    openLoop(strategy, p99, { load: OWN, rate_per_s: rate });
  const { rows, pairs, sentences, notes } = concluded([
    ...own("swap-buffer", 300, 1_200_000),
    ...own("async-lock", 900, 40_000),
    ...own("empty", 10, 40_000),
  ]);
  assert.deepEqual(pairs, []);
  assert.match(rows[0].join(" "), /^swap-buffer .* · .* at 1\.2 M\/s$/);
  assert.match(rows[1].join(" "), /^async-lock .* at 40 k\/s$/);
  assert.equal(sentences.length, 1);
  assert.match(sentences[0], /rate of its own, .* no line may be compared with another\.$/);
  assert.doesNotMatch(notes, /letter|due to send/);
});

test("cells with rates of their own stand by p50", () => {
  const { rows } = concluded([
    ...openLoop("async-lock", 100, { load: OWN, p50_us: 50 }),
    ...openLoop("swap-buffer", 900, { load: OWN, p50_us: 5 }),
  ]);
  assert.deepEqual(rows.map(([label]) => label), ["swap-buffer", "async-lock"]);
});

test("full load and each open load are settings of their own, and only the first has a ranking", () => {
  const full = (strategy: string, us: number) =>
    Array.from({ length: 8 }, (_, at) => madeUpSample(strategy, at + 1, us + at));
  const { conclusions, pairs } = concluded([
    ...full("swap-buffer", 1_000),
    ...full("async-lock", 2_000),
    // The other way round from the throughput.
    ...openLoop("swap-buffer", 900),
    ...openLoop("async-lock", 300),
  ]);
  assert.deepEqual(conclusions.map(({ isOpenLoop, ranks }) => [isOpenLoop, ranks.length]), [
    [false, 2],
    [true, 0],
  ]);
  assert.match(conclusions[0].sentences[0], /^swap-buffer is faster than every other strategy/);
  assert.match(conclusions[1].sentences[0], /^async-lock's messages wait less/);
  assert.deepEqual(pairs.map(({ measure }) => measure).sort(), ["p99", "throughput"]);
});

test("a rate that is not the same at every P is told with what it depends on", () => {
  const at = (strategy: string, producers: number, rate: number) =>
    openLoop(strategy, 300, { producers, rate_per_s: rate });
  const byP = concluded([...at("swap-buffer", 1, 2_000), ...at("swap-buffer", 16, 90_000)]);
  assert.match(byP.notes, /due to send 2 k\/s to 90 k\/s, depending on P\./);
  const byCell = concluded([...at("swap-buffer", 1, 2_000), ...at("async-lock", 1, 90_000)]);
  assert.match(byCell.notes, /depending on the cell\./);
});

test("every P has a row per cell, with end to end where there is a socket", () => {
  const { page, conclusions } = concluded([
    ...exact("swap-buffer", {
      producers: 16,
      ...{ p50_us: 10, p90_us: 20, p99_us: 30, p999_us: 1_400, max_us: 5_000 },
      ...{ end_p50_us: 70, end_p99_us: 80 },
    }),
    madeUpSample("async-lock", 1, null, { producers: 16, load: ABSOLUTE }),
    ...openLoop("empty", 40, { producers: 16, late_p50_us: 3, late_p99_us: 4 }),
  ]);
  const lines = page.split("\n");
  const row = (name: string) => lines.find((line) => line.startsWith(`| ${name} | node`));
  assert.equal(
    row("swap-buffer"),
    "| swap-buffer | node | 16 | 200 k/s | 10 µs | 20 µs | 30 µs | 1.4 ms | 5 ms | 70 µs | 80 µs |",
  );
  assert.equal(row("async-lock"), "| async-lock | node | 16 |  | lost |  |  |  |  |  |  |");
  assert.match(row("pacing alone")!, /\| 200 k\/s \| 3 µs \| {2}\| 4 µs \| {2}\| {2}\|/);
  assert.deepEqual(conclusions[0].failures.failed, [
    "node async-lock at 16 producers, load 50% of the slowest: lost",
  ]);
  const { page: noSocket } = concluded(exact("swap-buffer", { p50_us: 1, p99_us: 2 }));
  assert.doesNotMatch(noSocket, /end-to-end/);
});

test("a wait that the clocks make nothing of has a figure all the same", () => {
  const { rows } = concluded([
    ...exact("swap-buffer", { producers: 1, p50_us: 0, p99_us: 0 }),
    ...exact("swap-buffer", { producers: 16, p50_us: -0.2, p99_us: 4 }),
  ]);
  assert.doesNotMatch(markdownTable({ head: [], words: [], rows }).join(), /NaN|Infinity/);
});

test("a cell that does not deliver what is due is saturated, and no verdict leaves that out", () => {
  // 5,000 messages of 10 producers are due for 250 ms at 200 k/s; a run takes 4 ms beside that.
  const taking = (strategy: string, p99: number, ms: number) =>
    openLoop(strategy, p99, { elapsed_us: 1_000 * ms });
  const { pairs, rows, notes, sentences, page } = concluded([
    ...taking("swap-buffer", 300, 256),
    ...taking("async-lock", 90_000, 270),
    ...taking("empty", 4, 254),
  ]);
  const mark = (name: string) => rows.find(([label]) => label === name)![1].match(/^[*!~?]*/)![0];
  assert.deepEqual(["swap-buffer", "async-lock", "pacing alone"].map(mark), ["", "!", ""]);
  assert.match(notes, /^! saturated at some P/m);
  assert.match(verdict(pairs[0]), /; but async-lock is saturated$/);
  assert.ok(sentences.includes("Take with care, saturated: async-lock under Node."));
  assert.match(page, /\| async-lock \| node \| 10 \| 200 k\/s \| \\!/);
  // A thread that lost its core at the end: late as a whole, but the median message did not wait for it.
  const shortly = concluded([...taking("async-lock", 900, 270), ...taking("empty", 4, 254)]);
  assert.match(shortly.rows[0][1], /^9/);
  // Without the control nobody knows what a run takes beside its messages.
  const alone = concluded(taking("async-lock", 90_000, 270));
  assert.match(alone.rows[0][1], /^9/);
});
