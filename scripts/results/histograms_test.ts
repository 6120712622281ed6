/** HdrHistogram's own reader reads what the log contains. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Histogram, HistogramLogReader, listTags } from "hdr-histogram-js";
import { random } from "../../bench/workload/random.ts";
import { withFolder } from "../testing/cli.ts";
import { HISTOGRAM_LOG, HistogramLog, type HistogramTag, joinHistograms } from "./histograms.ts";

const TAG: HistogramTag = {
  runtime: "node",
  label: "channel:drain=batch",
  producers: 16,
  workers: 2,
  messageBytes: 64,
  load: "50% of the slowest",
  end: "hand-off",
};
const START = 1_700_000_000.25;

function intervalsOf(text: string): Histogram[] {
  const reader = new HistogramLogReader(text, 64);
  const intervals: Histogram[] = [];
  for (;;) {
    const next = reader.nextIntervalHistogram();
    if (next === null) return intervals;
    intervals.push(next);
  }
}

/** The least wait, µs, that at least this share of all waits does not exceed. */
function exactPercentile(counts: readonly (readonly [number, number])[], share: number): number {
  const sorted = counts.toSorted(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  return sorted.find(([, count]) => (below += count) >= share * all)![0];
}

test("the library's reader gives the percentiles back to three digits, from 50 ns to minutes", () =>
  withFolder(async (folder) => {
    const next = random(3);
    const counts = Array.from(
      { length: 500 },
      () => [0.05 * 10 ** (next() * 9.5), 1 + Math.floor(next() * 1_000)] as const,
    );
    new HistogramLog(folder).append(TAG, START, 0.5, counts);
    const text = readFileSync(join(folder, HISTOGRAM_LOG), "utf8");
    const [interval, ...more] = intervalsOf(text);
    assert.equal(more.length, 0);
    assert.equal(interval.totalCount, counts.reduce((sum, [, count]) => sum + count, 0));
    for (const percentile of [1, 50, 90, 99, 99.9, 100]) {
      const us = interval.getValueAtPercentile(percentile) / 1_000;
      const exact = exactPercentile(counts, percentile / 100);
      assert.ok(Math.abs(us / exact - 1) < 2e-3, `p${percentile}: ${us} µs, exactly ${exact}`);
    }
    assert.equal(interval.startTimeStampMsec, START * 1_000);
    assert.equal(interval.endTimeStampMsec, START * 1_000 + 500);
  }));

test("a tag is one field, whatever is in it, and the heading says the unit", () =>
  withFolder(async (folder) => {
    const log = new HistogramLog(folder);
    log.append({ ...TAG, runtime: "my node, old|new" }, START, 1, [[34, 10]]);
    log.append({ ...TAG, end: "end-to-end" }, START + 1, 1, [[1_200, 10]]);
    const text = readFileSync(join(folder, HISTOGRAM_LOG), "utf8");
    assert.deepEqual(listTags(text), [
      "my_node_old_new|channel:drain=batch|16|2|64|50%_of_the_slowest|hand-off",
      "node|channel:drain=batch|16|2|64|50%_of_the_slowest|end-to-end",
    ]);
    assert.match(text, /^#\[Histogram log format version 1\.3\]\n#\[StartTime: 1700000000\.250 /);
    assert.match(text, /\n#Values are nanoseconds/);
    // Start, length, and the longest wait in ms.
    assert.match(text, /\|hand-off,1700000000\.250,1\.000,0\.034,HISTF/);
    assert.match(text, /\|end-to-end,1700000001\.250,1\.000,1\.200,HISTF/);
  }));

test("no run of an open loop, no file; and waits that no histogram holds are kept at its ends", () =>
  withFolder(async (folder) => {
    const log = new HistogramLog(folder);
    assert.ok(!existsSync(join(folder, HISTOGRAM_LOG)));
    log.append(TAG, START, 1, [[-3, 1], [1e12, 1]]);
    const [interval] = intervalsOf(readFileSync(join(folder, HISTOGRAM_LOG), "utf8"));
    assert.equal(interval.totalCount, 2);
    assert.equal(interval.getValueAtPercentile(50), 0);
    assert.ok(Math.abs(interval.maxValue / 3_600e9 - 1) < 2e-3);
  }));

test("a resumed run goes on behind the last whole line, with one heading", () =>
  withFolder(async (folder) => {
    const path = join(folder, HISTOGRAM_LOG);
    new HistogramLog(folder).append(TAG, START, 1, [[10, 5]]);
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, whole.trimEnd().split("\n").at(-1)!.slice(0, 60));
    const log = new HistogramLog(folder);
    log.append(TAG, START + 2, 1, [[20, 7]]);
    log.append(TAG, START + 4, 1, [[30, 9]]);
    const text = readFileSync(path, "utf8");
    assert.ok(text.startsWith(whole));
    assert.equal(text.match(/#\[Histogram log/g)!.length, 1);
    assert.deepEqual(intervalsOf(text).map(({ totalCount }) => totalCount), [5, 7, 9]);
    // If somebody has removed the file meanwhile, it begins anew, with its heading.
    rmSync(path);
    log.append(TAG, START + 6, 1, [[40, 2]]);
    assert.match(readFileSync(path, "utf8"), /^#\[Histogram log/);
  }));

test("joined folders keep every interval and one heading", () =>
  withFolder(async (folder) => {
    const [a, b, none, out] = ["a", "b", "none", "out"].map((name) => join(folder, name));
    for (const path of [a, b, none, out]) mkdirSync(path);
    new HistogramLog(a).append(TAG, START, 1, [[10, 5]]);
    new HistogramLog(b).append(TAG, START + 9, 1, [[20, 7]]);
    appendFileSync(join(b, HISTOGRAM_LOG), "Tag=half");
    joinHistograms([none, a, b], out);
    const text = readFileSync(join(out, HISTOGRAM_LOG), "utf8");
    assert.equal(text.match(/#\[Histogram log/g)!.length, 1);
    assert.deepEqual(intervalsOf(text).map(({ totalCount }) => totalCount), [5, 7]);
    const empty = join(folder, "empty");
    mkdirSync(empty);
    joinHistograms([none], empty);
    assert.ok(!existsSync(join(empty, HISTOGRAM_LOG)));
  }));
