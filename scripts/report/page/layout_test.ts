/** What the pictures and the page share: where things go, and where lines are cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearTicks, logTicks, piecesOf, powerTicks, scaleOf, spread } from "./layout.js";
import { intervalOf, METRICS, metricsOf, processValueOf, rawValueOf, valueOf } from "./metrics.js";

test("labels are moved apart, as little as it takes, and stay inside", () => {
  assert.deepEqual(spread([10, 50, 90], 10, 0, 100), [10, 50, 90]);
  assert.deepEqual(spread([50, 50], 10, 0, 100), [45, 55]);
  assert.deepEqual(spread([90, 10, 11], 10, 0, 100), [90, 5.5, 15.5]);
  assert.deepEqual(spread([0, 1], 10, 0, 100), [0, 10]);
  assert.deepEqual(spread([100, 99], 10, 0, 100), [100, 90]);
  assert.deepEqual(spread([5, 5, 5], 10, 0, 10), [0, 5, 10], "too little room is shared evenly");
  assert.deepEqual(spread([], 10, 0, 10), []);
});

test("ticks are round numbers within the domain", () => {
  assert.deepEqual(logTicks([80, 12_000]), [100, 1_000, 10_000]);
  assert.deepEqual(logTicks([0.0009, 0.11]), [0.001, 0.01, 0.1]);
  assert.deepEqual(logTicks([150, 700]), [200, 500]);
  assert.deepEqual(linearTicks([0, 10], 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(linearTicks([0, 1], 1), [0, 1]);
  assert.deepEqual(powerTicks([1, 8_192], 20).length, 14);
  assert.deepEqual(powerTicks([0.8, 9_000], 5), [1, 8, 64, 512, 4_096]);
});

test("a scale takes the ends of the domain to the ends of the range", () => {
  const log = scaleOf([1, 100], [0, 200], true);
  assert.deepEqual([1, 10, 100].map(log), [0, 100, 200]);
  assert.deepEqual([0, 5, 10].map(scaleOf([0, 10], [100, 0], false)), [100, 50, 0]);
});

test("a line ends where a figure is missing, and changes where cells are no longer fixed cost", () => {
  const [a, b, c, d] = [true, false, false, false].map((floor, at) => ({ floor, at }));
  assert.deepEqual(piecesOf([a, b, c]), [
    { floor: true, points: [a, b] },
    { floor: false, points: [b, c] },
  ]);
  assert.deepEqual(piecesOf([b, c, null, d]), [{ floor: false, points: [b, c] }]);
  assert.deepEqual(piecesOf([null, a, null]), []);
});

test("every figure follows from the cell: 2,000 messages in 1,000 µs", () => {
  const process = { median_us: 800, cpu_us_per_message: 0.3, rss_peak_bytes: 9 };
  const cell = {
    status: "ok",
    median_us: 1_000,
    low_us: 500,
    high_us: 2_000,
    messages_per_s: 2e6,
    share_of_socket_bulk: 0.25,
    cpu_us_per_message: 0.4,
    rss_peak_bytes: 2 ** 20,
  };
  const all = METRICS.map((metric) => [
    metric.key,
    valueOf(metric, cell),
    intervalOf(metric, cell),
    processValueOf(metric, cell, process),
  ]);
  assert.deepEqual(all, [
    ["rate", 2e6, [1e6, 4e6], 2.5e6],
    ["price", 500, [250, 1_000], 400],
    ["time", 1_000, [500, 2_000], 800],
    ["share", 0.25, null, null],
    ["cpu", 0.4, null, 0.3],
    ["memory", 2 ** 20, null, 9],
  ]);
  const lost = { ...cell, status: "lost" };
  assert.ok(METRICS.every((metric) => valueOf(metric, lost) === null));
  const empty = { ...cell, messages_per_s: null };
  const rate = METRICS.find(({ key }) => key === "rate")!;
  assert.deepEqual([valueOf(rate, empty), intervalOf(rate, empty)], [null, null]);
  assert.equal(processValueOf(rate, empty, process), null);
});

test("an open loop has the waits that some cell has, and a figure of 0 is known but has no place", () => {
  const cell = (waits: Record<string, number | null> | null, status = "ok") => ({
    ...{ status, median_us: null, low_us: null, high_us: null, messages_per_s: null },
    ...{ share_of_socket_bulk: null, cpu_us_per_message: null, rss_peak_bytes: 7 },
    open: { waits },
  });
  const some = cell({ p50_us: 3, p999_us: 90, end_max_us: null, held_peak: 0 });
  const metrics = metricsOf({ cells: [cell(null, "lost"), some] });
  assert.deepEqual(metrics.map(({ key }) => key), ["p50_us", "p999_us", "held_peak", "memory"]);
  assert.deepEqual(metrics.map((metric) => rawValueOf(metric, some)), [3, 90, 0, 7]);
  assert.deepEqual(metrics.map((metric) => valueOf(metric, some)), [3, 90, null, 7]);
  assert.deepEqual(metricsOf({ cells: [cell(null, "lost")] }).map(({ key }) => key), ["p50_us"]);
  const process = { median_us: 1, cpu_us_per_message: 1, rss_peak_bytes: 1, waits: { p999_us: 8 } };
  assert.equal(processValueOf(metrics[1], some, process), 8);
});
