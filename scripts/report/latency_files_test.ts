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
import { latencySvg } from "./latency_svg.ts";
import { openLoop, OWN } from "./testing/open_loop.ts";
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
  const { settings, series, conclusions } = dataOf(files["report.html"]);
  assert.deepEqual([settings, series], [[], []]);
  assert.match(conclusions[0].table.rows[0].join(), /swap-buffer,.* µs · .* µs/);
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
  assert.deepEqual(settings, dataOf(full["report.html"]).settings);
  assert.deepEqual(series.map(({ label }: { label: string }) => label), [
    ...["swap-buffer", "async-lock"],
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
  assert.equal(digest.slice(0, 16), "06a13fbb1cc58e4f");
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
