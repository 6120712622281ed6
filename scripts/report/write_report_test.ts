/** The files of a report, from results that were made up: whole, the same everywhere, and with nothing planted. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { comparePairs } from "../statistics/pairs.ts";
import { summarize } from "../statistics/summary.ts";
import { runCommand, withFolder } from "../testing/cli.ts";
import { chartData } from "./chart_data.ts";
import { chartSvg } from "./chart_svg.ts";
import { conclusionsOf } from "./conclusions.ts";
import { reportMarkdown } from "./markdown.ts";
import { reportPage } from "./page.ts";
import { rankingSvg } from "./ranking_svg.ts";
import {
  hostileEnvironment,
  hostileSamples,
  SMALL,
  syntheticEnvironment,
  syntheticSamples,
  writeSynthetic,
} from "./testing/synthetic.ts";
import { writeReport } from "./write_report.ts";

/** Of a run at full load. */
const REPORT_FILES = ["ranking.svg", "chart.svg", "report.md", "report.html"];

const small = chartData(syntheticSamples(SMALL));
const full = chartData(syntheticSamples());
const concluded = concludedFrom(syntheticSamples(SMALL));

function concludedFrom(samples = syntheticSamples()) {
  const summary = summarize(samples);
  return conclusionsOf(summary, comparePairs(samples, summary), samples);
}

function reportFiles(samples = hostileSamples(), environment: unknown = hostileEnvironment()) {
  const folder = mkdtempSync(join(tmpdir(), "fanin-report-"));
  try {
    writeReport(folder, samples, environment, concludedFrom(samples));
    return Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("figures are those of the summary; a cell that is not ok has none", () => {
  const rows = summarize(syntheticSamples());
  const { cells } = full.settings[0];
  assert.equal(cells.length, rows.length);
  cells.forEach((cell, at) => {
    assert.equal(cell.median_us, rows[at].status === "ok" ? rows[at].median_us : null);
    assert.equal(cell.low_us, rows[at].status === "ok" ? rows[at].low_us : null);
  });
  const lost = cells.find((cell) => cell.status === "lost")!;
  assert.deepEqual([lost.median_us, lost.messages_per_s, lost.processes.length], [null, null, 5]);
  assert.deepEqual(
    lost.processes.map(({ status, runs }) => `${status} ${runs}`),
    ["ok 3", "lost 0", "ok 3", "ok 3", "ok 3"],
  );
  assert.ok(cells.filter(({ label }) => label === "empty").every((cell) => !cell.messages_per_s));
});

test("two versions of one runtime, and two lengths of a run, are kept apart", () => {
  const samples = syntheticSamples(SMALL);
  const other = samples.map((row) => ({ ...row, runtime_version: "9", session: "other" }));
  assert.deepEqual(
    chartData([...samples, ...other]).runtimes.map(({ name }) => name).sort(),
    ["bun 1.2.3", "bun 9", "deno 1.2.3", "deno 9", "node 1.2.3", "node 9"],
  );
  const longer = samples.map((row) => ({ ...row, run_length: "20 ms" }));
  assert.deepEqual(chartData([...samples, ...longer]).settings.map(({ title }) => title), [
    "2 Workers, 1-byte messages, messages: 1000 each",
    "2 Workers, 1-byte messages, runs of 20 ms",
  ]);
});

test("failures come with their reason, before what was skipped", () => {
  const [{ failures }] = concludedFrom();
  const lines = [...failures.failed, ...failures.skipped];
  assert.equal(
    lines[1],
    "bun async-lock at 64 producers: lost, 3 messages never arrived (1 of 5 processes)",
  );
  assert.match(lines[0], /^deno post-message:drain=batch at 1,024 producers: timeout, .*/);
  assert.match(lines.at(-1)!, /: skipped, about 4 min$/);
});

test("a place of the ranking without an entry is empty on the page", () => {
  const { conclusions } = JSON.parse(dataOf(reportPage(small, syntheticEnvironment(), concluded)));
  const controls = conclusions[0].table.rows.find(([name]: string[]) => name === "controls");
  assert.deepEqual([...new Set(controls.slice(1))], [""]);
});

test("what a pilot alone has found is told, too", () => {
  const samples = syntheticSamples(SMALL);
  const found = samples.map((row) =>
    row.strategy === "swap-buffer" && row.round === 0 && row.producers === 16 &&
      row.runtime === "bun"
      ? { ...row, status: "lost", detail: "2 are missing", elapsed_us: null }
      : row
  );
  const [{ failures }] = concludedFrom(found);
  assert.ok(
    failures.failed.includes("bun swap-buffer at 16 producers: lost, 2 are missing (pilot)"),
    failures.failed.join("\n"),
  );
});

test("the pictures are the same under every runtime, to the byte", () => {
  // If a picture was changed on purpose: look at it, then put the new value here.
  const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
  assert.equal(digest(chartSvg(small)), "3ff885c430fc0bcc");
  assert.equal(digest(rankingSvg(concluded)), "f27d6b53a8546aee");
});

test("the chart has units for people, powers of two, and marks what is not sure", () => {
  const svg = chartSvg(full);
  for (const text of ["100 k/s", "10 M/s", "4,096", "sharded-rings:publish=64"]) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  assert.match(svg, /stroke-dasharray="1.5,3.5"/, "fixed cost is dotted");
  assert.equal(svg.match(/>×</g)!.length, 2);
  assert.equal(svg.match(/>–</g)!.length, 18);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|\.\d{3,}[",)LZ ]/);
});

test("the tables are those of the post, and a ratio is drawn only from figures that allow it", () => {
  const text = reportMarkdown(small, syntheticEnvironment(), concluded);
  const lines = text.split("\n");
  for (const sentence of concluded[0].sentences) assert.ok(text.includes(sentence), sentence);
  assert.ok(lines.includes(
    "| producers | swap-buffer | channel each | channel batch | async-lock | Δ% |",
  ));
  const rows = lines.filter((line) => line.startsWith("| 16 | ") || line.startsWith("| 256 | "));
  assert.equal(rows.length, 6, "two numbers of producers under three runtimes");
  assert.ok(rows.every((row) => row.split("|").length === 8));
  assert.match(rows[0], /^\| 16 \| \\~.* ms \| .* \| {2}\|$/, "fixed cost gives no Δ%");
  assert.match(rows[1], /\d,?\d+% \|$/);
  assert.match(text, /\| machine.cpu \| Example CPU \|/);
});

test("the environments of merged results are all there", () => {
  const merged = [syntheticEnvironment(), { ...syntheticEnvironment(), session: "second one" }];
  const text = reportMarkdown(small, merged, []);
  assert.match(text, /### 2026-01-02T03-04-05Z\n[^]*### second one\n/);
  const { environment } = JSON.parse(dataOf(reportPage(small, merged, [])));
  assert.deepEqual(environment.map(({ title }: { title: string }) => title), [
    "2026-01-02T03-04-05Z",
    "second one",
  ]);
  for (const odd of [null, 7, "text", []]) reportMarkdown(small, odd, []);
});

test("the page of a full run is one file under 3 MB that loads nothing", () => {
  const page = reportPage(full, syntheticEnvironment(), []);
  assert.ok(page.length < 3 * 2 ** 20, `${page.length} characters`);
  assert.doesNotMatch(
    page,
    /(src|href)="(?!report\.md|chart\.svg|#|data:)|@import|url\(|^import /m,
  );
  const script = page.match(/<script type="module">([^]*)<\/script>/)![1];
  // Parsed, not run: an import that the builder has left in would fail here.
  new Function(script);
  const [, style] = page.match(/<style>([^]*)<\/style>/)!;
  for (const [kind, text] of [["script", script], ["style", style]]) {
    const hash = createHash("sha256").update(text).digest("base64");
    assert.ok(page.includes(`${kind}-src 'sha256-${hash}'`), kind);
  }
  assert.doesNotMatch(page, /unsafe/);
});

test("markup in a cell or in the environment is text in every file", () => {
  const files = reportFiles();
  assert.deepEqual(Object.keys(files).sort(), [
    "chart.svg",
    "ranking.svg",
    "report.html",
    "report.md",
  ]);
  for (const [name, text] of Object.entries(files)) {
    assert.ok(text.includes("planted"), `${name} does not show the text at all`);
    // In the page all data are JSON; in Markdown a block of code may hold anything.
    const outside = text.replace(/^(`{3,})json\n[^]*?\n\1$/m, "");
    assert.doesNotMatch(outside, /<img|<svg on|<style>\*|<!-- \S* ?]]>|<\/script><img/, name);
    // deno-lint-ignore no-control-regex -- these are what must not be there
    assert.doesNotMatch(outside, /[\u0000-\u0008\u202e]/, name);
  }
  assert.equal(files["report.html"].match(/<\/script/g)!.length, 2);
  const data = JSON.parse(dataOf(files["report.html"]));
  assert.ok(data.conclusions[0].title.includes("planted"), "the text itself is kept");
  assert.doesNotMatch(files["report.md"].split("environment.json")[0], /[^\u2060]@(?!\u2060)/);
});

test("the command writes beside the results, and says in a line what is wrong", async () => {
  await withFolder(async (folder) => {
    const results = join(folder, "results");
    writeSynthetic(results, syntheticSamples({ ...SMALL, rounds: 1 }));
    // As a run that was killed while it wrote a row has left it.
    const samples = join(results, "samples.csv");
    writeFileSync(samples, readFileSync(samples, "utf8").slice(0, -40));
    const good = await runCommand("summarize", results);
    assert.equal(good.code, 0, good.stderr);
    for (const name of REPORT_FILES) assert.ok(existsSync(join(results, name)), name);
    const none = await runCommand("summarize", join(folder, "none"));
    assert.equal(none.code, 2);
    assert.match(none.stderr, /^summarize: .* holds no samples.csv; give a results folder\n$/);
    writeFileSync(samples, readFileSync(samples, "utf8").split("\n")[0] + "\n");
    const empty = await runCommand("summarize", results);
    assert.deepEqual([empty.code, empty.stderr], [0, ""]);
  });
});

function dataOf(page: string): string {
  return page.match(/<script type="application\/json" id="data">([^]*?)<\/script>/)![1];
}
