/** Rows of hand-offs that drop: no failure, no figure that is compared, and a table of what was dropped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellEvent } from "../../bench/process/spec.ts";
import type { Sample } from "../results/columns.ts";
import { judge } from "../results/judge.ts";
import { hasFailed } from "../results/samples.ts";
import { comparePairs } from "../statistics/pairs.ts";
import { rank } from "../statistics/ranking.ts";
import { summarize } from "../statistics/summary.ts";
import { REPORT } from "../testing/cell_events.ts";
import { madeUpSample } from "../testing/samples.ts";
import { conclusionsOf } from "./conclusions.ts";

const ROUNDS = 8;

function dropping(round: number, dropped: number): Sample {
  return madeUpSample("swap-buffer", round, null, {
    params: "overflow=drop-newest",
    status: "dropped",
    expected: 1_000,
    delivered: 1_000 - dropped,
    dropped,
    dropped_elapsed_us: 10,
  });
}

const rounds = Array.from({ length: ROUNDS }, (_, at) => at + 1);
const samples = [
  ...rounds.map((round) => madeUpSample("channel", round, 100 + round)),
  ...rounds.map((round) => madeUpSample("sharded-rings", round, 50 + round)),
  ...rounds.map((round) => dropping(round, 250)),
];

test("what drops is in no pair and no rank, and has no time beside the others", () => {
  const summary = summarize(samples);
  const pairs = comparePairs(samples, summary);
  assert.equal(pairs.length, 1);
  const ranked = rank(summary, pairs, samples)
    .find(({ label }) => label === "swap-buffer:overflow=drop-newest")!;
  assert.deepEqual(ranked.figures, []);
  assert.deepEqual([...ranked.words], [["node", "dropped"]]);
  const row = summary.find(({ strategy }) => strategy === "swap-buffer")!;
  assert.equal(row.status, "dropped");
  assert.deepEqual([row.median_us, row.ns_per_message, row.messages_per_s], [null, null, null]);
});

test("the table shows its share, and it is no failure", () => {
  const summary = summarize(samples);
  const [{ dropped, failures }] = conclusionsOf(summary, [], samples);
  assert.equal(dropped!.rows.length, 1);
  assert.equal(dropped!.rows[0][4], "25.0%");
  assert.deepEqual(failures, { failed: [], skipped: [] });
  assert.ok(!hasFailed(samples.at(-1)!));
  assert.ok(hasFailed({ status: "lost" }));
});

test("where nothing may drop there is no table", () => {
  const others = samples.filter(({ status }) => status === "ok");
  assert.equal(conclusionsOf(summarize(others), [], others)[0].dropped, null);
});

test("a share that is not 0 and not all is never shown as that", () => {
  const shareOf = (dropped: number, expected: number) => {
    const rows = [{ ...dropping(1, dropped), expected }];
    return conclusionsOf(summarize(rows), [], rows)[0].dropped!.rows[0][4];
  };
  assert.equal(shareOf(0, 1_000), "0%");
  assert.equal(shareOf(1, 1e6), "< 0.1%");
  assert.equal(shareOf(1e6 - 1, 1e6), "> 99.9%");
});

test("a process with announced drops is well, and one unannounced loss beside them spoils it", () => {
  const run: CellEvent = { type: "run", ...REPORT, status: "dropped", dropped: 3 };
  const lost: CellEvent = { ...run, status: "lost" };
  const words = (...events: CellEvent[]) =>
    judge({ events, end: "done", detail: "", wallMs: 1 }, { secondPass: false, isPilot: true })
      .runs.map(({ status }) => status);
  assert.deepEqual(words(run), ["dropped"]);
  assert.deepEqual(words(run, lost), ["dropped", "lost"]);
  const spoiled: CellEvent = { type: "proof", status: "lost", detail: "1 is missing" };
  assert.deepEqual(words(run, spoiled), ["lost"]);
});
