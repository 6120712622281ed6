/** The files of a report on an open loop: latency.svg, and no picture of a throughput that the producers have set. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Sample } from "../results/columns.ts";
import { comparePairs } from "../statistics/pairs.ts";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { conclusionsOf } from "./conclusions.ts";
import { curvesOf } from "./curve_svg.ts";
import { latencySvg } from "./latency_svg.ts";
import { openLoop, OWN, SWEEP } from "./testing/open_loop.ts";
import { HOSTILE, syntheticEnvironment } from "./testing/synthetic.ts";
import { writeReport } from "./write_report.ts";

function concluded(samples: Sample[]) {
  const summary = summarize(samples);
  return conclusionsOf(summary, comparePairs(samples, summary), samples);
}

function filesOf(samples: Sample[]): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "fanin-latency-"));
  try {
    writeReport(folder, samples, syntheticEnvironment(), concluded(samples));
    return Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FULL = [1, 2, 3].flatMap((round) => [
  madeUpSample("swap-buffer", round, 1_000),
  madeUpSample("async-lock", round, 2_000),
]);
const OPEN = [
  ...openLoop("swap-buffer", 300, { producers: 1 }),
  ...openLoop("swap-buffer", 400, { producers: 16 }),
  ...openLoop("post-message", 9_000, { producers: 16, params: "drain=batch", p50_us: 6 }),
  ...openLoop("empty", 40, { producers: 16 }),
  madeUpSample("async-lock", 1, null, { producers: 16, load: "50% of the slowest" }),
];

/** Without what the page's script or the environment say. */
function dataOf(page: string) {
  return JSON.parse(page.match(/<script type="application\/json" id="data">([^]*?)<\/script>/)![1]);
}

test("an open loop alone has latency.svg, and neither chart nor ranking", () => {
  const files = filesOf(OPEN);
  assert.deepEqual(Object.keys(files).sort(), ["latency.svg", "report.html", "report.md"]);
  assert.match(files["report.md"], /\]\(latency\.svg\)/);
  assert.doesNotMatch(files["report.md"], /chart\.svg|ranking\.svg|messages\/s/);
  assert.match(files["report.md"], /\| wait from when due \|/);
  const { settings, conclusions } = dataOf(files["report.html"]);
  assert.equal(settings.length, 1);
  assert.match(conclusions[0].table.rows[0].join(), /swap-buffer,.* µs · .* µs/);
});

test("the page has the waits of each cell and each of its processes, and of an open loop no throughput", () => {
  const { settings: [{ cells, notes }] } = dataOf(filesOf(OPEN)["report.html"]);
  const rows = summarize(OPEN);
  assert.deepEqual(notes, []);
  assert.equal(cells.length, rows.length);
  for (const [at, { status, open, processes, ...cell }] of cells.entries()) {
    const row = rows[at];
    assert.deepEqual([cell.median_us, cell.messages_per_s], [null, null]);
    if (status !== "ok") {
      assert.equal(open.waits, null);
      continue;
    }
    const isPacing = row.strategy === "empty";
    assert.equal(open.waits.p99_us, isPacing ? row.late_p99_us : row.p99_us);
    assert.equal(open.waits.end_p99_us, row.end_p99_us);
    assert.equal(processes.length, 8);
    const name = isPacing ? "late_p99_us" : "p99_us";
    const measured = OPEN.filter((sample) =>
      sample.strategy === row.strategy && sample.producers === row.producers
    );
    assert.deepEqual(
      processes.map(({ waits }: { waits: { p99_us: number } }) => waits.p99_us),
      measured.map((sample) => sample[name]),
    );
  }
  const doubts = cells.map(({ doubts }: { doubts: string[] }) => doubts.join());
  assert.deepEqual(doubts, ["", "", "mostly pacing", "", ""]);
});

test("full load alone has no latency.svg", () => {
  const files = filesOf(FULL);
  assert.deepEqual(Object.keys(files).sort(), [
    ...["chart.svg", "ranking.svg", "report.html", "report.md"],
  ]);
  assert.doesNotMatch(files["report.md"], /latency/);
});

test("beside full load, an open loop changes no picture of throughput", () => {
  const [full, both] = [filesOf(FULL), filesOf([...FULL, ...OPEN])];
  for (const name of ["chart.svg", "ranking.svg"]) assert.equal(both[name], full[name], name);
  const { settings, series } = dataOf(both["report.html"]);
  assert.deepEqual(settings.slice(0, 1), dataOf(full["report.html"]).settings);
  assert.match(settings[1].title, /, load 50% of the slowest,/);
  assert.deepEqual(series.map(({ label }: { label: string }) => label), [
    ...["swap-buffer", "async-lock", "post-message:drain=batch", "empty"],
  ]);
  assert.match(both["report.md"], /ranking\.svg[^]*chart\.svg[^]*latency\.svg/);
});

test("the picture has the largest P, from p50 to the longest wait, marks what is doubtful, names what failed", () => {
  const svg = latencySvg(concluded(OPEN));
  for (
    const text of [
      "50 %",
      "99.9 %",
      "longest",
      "1 ms",
      "pacing alone",
      "post-message:drain=batch",
      "node 1",
    ]
  ) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  assert.match(svg, />How long a message waits, load 50% of the slowest, at 16 producers</);
  assert.match(svg, />no figure: async-lock \(lost\)</);
  assert.match(svg, /1 in 80,000</, "16 producers of 5,000 messages each");
  // Five points each of two strategies, two of the pacing; one line of each.
  assert.equal(svg.match(/<path transform=/g)!.length, 12);
  assert.equal(svg.match(/<path transform=[^>]* fill="#ffffff"/g)!.length, 5, "mostly pacing");
  assert.match(svg, /^<svg [^>]*width="850"/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  assert.doesNotMatch(svg, /not to be compared/);
});

test("a saturated cell is hollow", () => {
  const lasting = (ms: number, strategy: string, p99: number) =>
    openLoop(strategy, p99, { elapsed_us: 1_000 * ms });
  const svg = latencySvg(concluded([
    ...lasting(251, "swap-buffer", 300),
    ...lasting(280, "async-lock", 90_000),
    ...lasting(251, "empty", 4),
  ]));
  assert.equal(svg.match(/<path transform=/g)!.length, 12);
  assert.equal(svg.match(/<path transform=[^>]* fill="#ffffff"/g)!.length, 5);
});

test("a sweep has curve.svg, with a line of each strategy and what is saturated hollow", () => {
  const files = filesOf(SWEEP);
  assert.match(files["report.md"], /\]\(latency\.svg\)[^]*\]\(curve\.svg\)/);
  const { settings } = dataOf(files["report.html"]);
  const { axis, title, cells } = settings.at(-1);
  assert.equal(axis, "rate");
  assert.match(title, /, over rates, at 10 producers$/);
  assert.deepEqual(
    cells.filter(({ runtime, label }: { runtime: string; label: string }) =>
      runtime === "node" && label === "async-lock"
    ).map(({ open, doubts }: { open: { delivered_per_s: number }; doubts: string[] }) =>
      `${Math.round(open.delivered_per_s)} ${doubts}`
    ),
    ["4000 ", "20000 ", "28800 saturated"],
  );
  const svg = files["curve.svg"];
  for (const text of ["p50", "p99", "node 1", "bun 1", "swap-buffer", "async-lock", "100 k/s"]) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  assert.match(svg, />medians over 8 processes per cell; hollow: saturated/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|>empty<|pacing alone/);
  // Of a runtime: 3 rates of one strategy, 4 of the other, in each of 2 plots, and 2 marks a name.
  const marks = [
    ...svg.matchAll(/<path transform="translate\(([\d.]+) ([\d.]+)\)"[^>]* fill="(.*?)"/g),
  ]
    .map(([, x, y, fill]) => ({ x: Number(x), y: Number(y), isHollow: fill === "#ffffff" }));
  assert.equal(marks.length, 2 * (2 * 7 + 2 * 2));
  assert.equal(marks.filter(({ isHollow }) => isHollow).length, 2 * 2 * 2);
  // p50 of the first line: more messages to the right, longer waits higher, and delivered is less than due.
  const [at20k, at100k, at500k, at720k] = marks;
  assert.ok(at20k.x < at100k.x && at100k.x < at500k.x && at500k.x < at720k.x);
  assert.ok(at720k.isHollow && at720k.y < at500k.y && at500k.y < at100k.y);
  const decade = (at100k.x - at20k.x) / Math.log10(100 / 20);
  assert.ok(Math.abs((at720k.x - at500k.x) / decade - Math.log10(720 / 500)) < 0.01);
});

test("two rates make no curve, and only cells of one setting share a picture", () => {
  const at = (load: string, rate: number, more: Partial<Sample> = {}) =>
    openLoop("swap-buffer", 300, { load, rate_per_s: rate, ...more });
  assert.deepEqual(curvesOf(concluded([...at("20000/s", 20_000), ...at("9000/s", 9_000)])), []);
  const three = [20_000, 9_000, 1_000].flatMap((rate) => at(`${rate}/s even`, rate));
  const [curve, ...none] = curvesOf(concluded([
    ...three,
    ...at("40000/s", 40_000),
    ...at("5000/s even", 5_000, { workers: 4 }),
    ...at("7000/s even, stalled 20 of 100 ms", 7_000),
  ]));
  assert.deepEqual(none, []);
  assert.match(curve.title, /^2 Workers.*, even$/);
  assert.deepEqual(
    curve.panels.map(({ lines }) => lines.map(({ points }) => points.map(({ perS }) => perS))),
    [[[1_000, 9_000, 20_000]]],
  );
});

test("the picture of cells with rates of their own says that they are not to be compared", () => {
  const svg = latencySvg(concluded(openLoop("swap-buffer", 300, { load: OWN })));
  assert.match(svg, /each line at a rate of its own, not to be compared/);
});

test("what waits longer stands higher, and what is rarer further to the right", () => {
  const svg = latencySvg(concluded(openLoop("swap-buffer", 300)));
  const places = [...svg.matchAll(/<path transform="translate\(([\d.]+) ([\d.]+)\)"/g)]
    .map(([, x, y]) => [Number(x), Number(y)]);
  assert.equal(places.length, 5);
  for (let at = 1; at < places.length; at++) {
    assert.ok(places[at][0] > places[at - 1][0] && places[at][1] < places[at - 1][1]);
  }
  // As far from 90 % to 99 % as from there to 99.9 %.
  const [, p90, p99, p999] = places.map(([x]) => x);
  assert.ok(Math.abs((p999 - p99) - (p99 - p90)) < 0.1);
});

test("the picture is the same under every runtime, to the byte", () => {
  // If it was changed on purpose: look at it, then put the new value here.
  const digest = createHash("sha256").update(latencySvg(concluded(OPEN))).digest("hex");
  assert.equal(digest.slice(0, 16), "4a3a298c0d1b7a3f");
});

test("cells without a figure draw an empty panel, and markup is text", () => {
  const lost = madeUpSample("swap-buffer", 1, null, { load: HOSTILE[0], runtime: HOSTILE[1] });
  const planted = openLoop(HOSTILE[2], 100, { load: HOSTILE[0], runtime: HOSTILE[1] });
  for (const samples of [[lost], [lost, ...planted]]) {
    for (const [name, text] of Object.entries(filesOf(samples))) {
      assert.ok(text.includes("planted"), name);
      assert.doesNotMatch(text, /<img|<svg on|NaN|Infinity/, name);
    }
  }
});
