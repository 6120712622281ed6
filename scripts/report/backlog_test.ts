/** What is drawn and said of a slow listener, from backlogs that were made up. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { BACKLOG_FILE } from "../results/backlog_file.ts";
import { BACKLOG_COLUMNS, type BacklogRow, type Sample } from "../results/columns.ts";
import { tableText } from "../results/csv.ts";
import { comparePairs } from "../statistics/pairs.ts";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { backlogSettings } from "./backlog_series.ts";
import { backlogSvg } from "./backlog_svg.ts";
import { byteTicks, countTicks } from "./backlog_ticks.ts";
import { conclusionsOf } from "./conclusions.ts";
import { summaryPage } from "./summary_page.ts";
import { STALLED, stalledSeries } from "./testing/backlog.ts";
import { openLoop } from "./testing/open_loop.ts";
import { HOSTILE, syntheticEnvironment } from "./testing/synthetic.ts";
import { writeReport } from "./write_report.ts";

const MIB = 2 ** 20;

function concluded(samples: Sample[]) {
  const summary = summarize(samples);
  const pairs = comparePairs(samples, summary);
  const conclusions = conclusionsOf(summary, pairs, samples);
  return {
    conclusions,
    sentences: conclusions.flatMap((conclusion) => conclusion.sentences),
    page: summaryPage(summary, pairs, conclusions, samples),
  };
}

/** Rounds behind a listener that stalls, all with the same peaks. */
function stalled(
  strategy: string,
  peakBytes: number,
  heldPeak: number,
  more: Partial<Sample> = {},
): Sample[] {
  return openLoop(strategy, 300, {
    load: STALLED,
    producers: 16,
    backlog_peak_bytes: peakBytes,
    held_peak: heldPeak,
    ...more,
  });
}

const SAMPLES = [
  ...stalled("swap-buffer", 4 * MIB, 12_300),
  ...stalled("channel", 1.5 * MIB, 0, { params: "drain=batch" }),
  ...openLoop("empty", 40, { load: STALLED, producers: 16 }),
];
const ROWS = [
  ...stalledSeries("swap-buffer", 4 * MIB, 12_300),
  ...stalledSeries("channel:drain=batch", 1.5 * MIB, 0),
];

function drawn(samples: Sample[], rows: BacklogRow[]): string {
  return backlogSvg(backlogSettings(concluded(samples).conclusions, rows));
}

function withReport(
  samples: Sample[],
  rows: BacklogRow[] | null,
  use: (read: (name: string) => string | null) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "fanin-backlog-"));
  try {
    if (rows !== null) {
      writeFileSync(join(folder, BACKLOG_FILE), tableText(BACKLOG_COLUMNS, rows));
    }
    writeReport(folder, samples, syntheticEnvironment(), concluded(samples).conclusions);
    use((name) => existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : null);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a strategy is told with its peaks, at the largest P, and no two are compared", () => {
  const { sentences } = concluded([
    ...SAMPLES,
    ...stalled("swap-buffer", 9 * MIB, 1, { producers: 1 }),
  ]);
  assert.deepEqual(sentences.slice(-4), [
    "Behind a listener that stalled 200 of every 1,000 ms, at 16 producers, the peaks of a run were, " +
    "whatever their cause (medians over runs and processes):",
    "swap-buffer: 4 MiB waiting in the hand-off, 12,300 messages due but not sent.",
    "channel:drain=batch: 1.5 MiB waiting in the hand-off, 0 messages due but not sent.",
    "None of their messages was lost.",
  ]);
});

test("several runtimes have a range, and what failed is not said to have lost nothing", () => {
  const { sentences } = concluded([
    ...stalled("swap-buffer", 4 * MIB, 100, { unread_peak_bytes: 2 * MIB }),
    ...stalled("swap-buffer", MIB, 100, { runtime: "bun", unread_peak_bytes: 2 * MIB }),
    madeUpSample("async-lock", 1, null, { load: STALLED, producers: 16 }),
  ]);
  assert.match(sentences.at(-2)!, /processes; a range over runtimes\):$/);
  assert.equal(
    sentences.at(-1),
    "swap-buffer: 1 MiB to 4 MiB waiting in the hand-off, 2 MiB received but not read, 100 messages due but not sent.",
  );
});

test("more strategies than a screen has room for are counted", () => {
  const many = Array.from({ length: 12 }, (_, at) => stalled(`made-up-${at}`, MIB, 1)).flat();
  const { sentences } = concluded(many);
  assert.ok(sentences.includes("2 further strategies stand in the table of every P."));
});

test("behind a listener that reads as fast as it can, nothing is said of a backlog", () => {
  const fast = stalled("swap-buffer", 4 * MIB, 12_300, { load: "200000/s" });
  const { sentences, page } = concluded(fast);
  assert.doesNotMatch(sentences.join() + page, /waiting|due but not sent/);
});

test("every P has both peaks in its table, and none where there is no figure", () => {
  const { page } = concluded([
    ...SAMPLES,
    madeUpSample("async-lock", 1, null, { load: STALLED, producers: 16 }),
  ]);
  assert.match(page, /\| most bytes waiting \| most messages due but not sent \|/);
  const row = (name: string) =>
    page.split("\n").find((line) => line.startsWith(`| ${name} | node`))!;
  assert.match(row("swap-buffer"), /\| 4 MiB \| 12,300 \|$/);
  assert.match(row("channel:drain=batch"), /\| 1\.5 MiB \| 0 \|$/);
  assert.match(row("async-lock"), /\| lost \|.*\| {2}\| {2}\|$/);
  assert.match(row("pacing alone"), /\| {2}\| {2}\|$/);
});

test("the picture has a line for each strategy in both plots, a mark at its peak, names by peak, and both stalls", () => {
  const svg = drawn(SAMPLES, ROWS);
  assert.match(svg, /^<svg [^>]*width="850"/);
  assert.equal(svg.match(/stroke-width="1.8"/g)!.length, 4);
  // Nothing of channel's is held.
  assert.equal(svg.match(/<path transform=/g)!.length, 3);
  // Two in each plot; the paper is no shade.
  assert.equal(svg.match(/<rect [^>]*fill="#f4f6f8"/g)!.length, 4);
  assert.ok(svg.indexOf(">swap-buffer<") < svg.indexOf(">channel:drain=batch<"));
  for (const text of ["node 1", "1 MiB", "4 MiB", "0", "10,000", "500 ms", "2 s"]) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  assert.match(svg, />What piles up behind a slow listener, at 16 producers</);
  assert.match(svg, /grey: about when the listener stalls/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|no figure|not to be compared/);
});

test("resident memory has a plot of its own, of the cells and moments that somebody looked at", () => {
  const looked = stalledSeries("swap-buffer", 4 * MIB, 12_300)
    .map((row, at) => ({ ...row, resident_bytes: at < 20 ? null : 100 * MIB + at }));
  const svg = drawn(SAMPLES, [...looked, ...stalledSeries("channel:drain=batch", MIB, 0)]);
  assert.match(svg, />resident memory of the process</);
  assert.ok(svg.includes(">100 MiB<"));
  assert.equal(svg.match(/stroke-width="1.8"/g)!.length, 5, "two lines, two lines, and one");
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  assert.doesNotMatch(drawn(SAMPLES, ROWS), /resident memory of/);
});

test("what waits more stands higher", () => {
  const svg = drawn(SAMPLES, ROWS);
  const marks = [...svg.matchAll(/<path transform="translate\([\d.]+ ([\d.]+)\)"/g)];
  assert.ok(Number(marks[0][1]) < Number(marks[1][1]));
});

test("a cell that failed, or whose series was not written, has no line and is named", () => {
  const svg = drawn([
    ...SAMPLES,
    ...stalled("post-message", MIB, 1, { params: "drain=batch" }),
    madeUpSample("async-lock", 1, null, { load: STALLED, producers: 16 }),
  ], [...ROWS, ...stalledSeries("async-lock", MIB, 1)]);
  assert.match(svg, />no figure: .*async-lock \(lost\)/);
  assert.match(svg, />no figure: .*post-message:drain=batch \(no series\)/);
  assert.equal(svg.match(/stroke-width="1.8"/g)!.length, 4);
});

test("series of other sizes, Workers and loads are not taken for this setting's", () => {
  for (const more of [{ message_bytes: 64 }, { workers: 4 }, { load: "200000/s" }]) {
    const rows = stalledSeries("swap-buffer", MIB, 1, more);
    assert.deepEqual(backlogSettings(concluded(SAMPLES).conclusions, rows), []);
  }
});

test("without held messages there is one plot, and without a stall no shade", () => {
  const load = "200000/s, read at 50000000 bytes/s";
  const svg = drawn(
    stalled("swap-buffer", MIB, 0, { load }),
    stalledSeries("swap-buffer", MIB, 0, { load }),
  );
  assert.equal(svg.match(/stroke-width="1.8"/g)!.length, 1);
  assert.doesNotMatch(svg, /#f4f6f8|grey:|due but not sent/);
});

test("cells with rates of their own are not to be compared", () => {
  const load = "50%, stalled 200 of 1000 ms";
  const svg = drawn(
    stalled("swap-buffer", MIB, 0, { load }),
    stalledSeries("swap-buffer", MIB, 0, { load }),
  );
  assert.match(svg, /each at a rate of its own, not to be compared/);
});

test("backlog.svg is there where backlog.csv is, and report.md shows it", () => {
  withReport(SAMPLES, ROWS, (read) => {
    assert.match(read("backlog.svg")!, /^<svg /);
    assert.match(read("report.md")!, /latency\.svg[^]*\]\(backlog\.svg\)/);
  });
  for (const rows of [null, []]) {
    withReport(SAMPLES, rows, (read) => {
      assert.equal(read("backlog.svg"), null);
      assert.doesNotMatch(read("report.md")!, /backlog\.svg/);
    });
  }
});

test("markup in a series is text, and numbers that no run gives are left out", () => {
  const load = `${HOSTILE[0]}, stalled 1 of 99999999999999999999 ms`;
  const more = { load, runtime: HOSTILE[1] };
  const rows = [
    ...stalledSeries(HOSTILE[2], MIB, 5, more),
    ...stalledSeries(HOSTILE[2], MIB, 5, { ...more, ms: -1 }),
    ...stalledSeries(HOSTILE[2], MIB, 5, { ...more, waiting_bytes: null }),
    ...stalledSeries(HOSTILE[2], MIB, 5, { ...more, held_messages: Infinity }),
    ...stalledSeries(HOSTILE[2], MIB, 5, { ...more, resident_bytes: -Infinity }),
  ];
  withReport(stalled(HOSTILE[2], MIB, 5, more), rows, (read) => {
    const svg = read("backlog.svg")!;
    assert.ok(svg.includes("planted"));
    assert.doesNotMatch(svg, /<img|<svg on|NaN|Infinity/);
  });
});

test("ticks are round in one unit", () => {
  const texts = (ticks: { text: string }[]) => ticks.map(({ text }) => text);
  assert.deepEqual(texts(byteTicks(4.2 * MIB)), ["0", "1 MiB", "2 MiB", "3 MiB", "4 MiB"]);
  assert.deepEqual(texts(byteTicks(1.1 * MIB)), ["0", "0.5 MiB", "1 MiB"]);
  assert.deepEqual(texts(byteTicks(700)), ["0", "200 bytes", "400 bytes", "600 bytes"]);
  assert.deepEqual(texts(byteTicks(1.05)), ["0", "1 bytes"]);
  assert.deepEqual(texts(countTicks(12_915)), ["0", "5,000", "10,000"]);
  assert.deepEqual(texts(countTicks(1.05)), ["0", "1"]);
});
