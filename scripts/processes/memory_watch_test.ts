/** Readings of a process's memory are assigned to the right moments of a run. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { currentRuntime } from "../../bench/runtime.ts";
import type { CellEvent } from "../../bench/process/spec.ts";
import { cellTask } from "../results/cell_task.ts";
import { find } from "../results/judge.ts";
import { END, REPORT, RUNTIME } from "../testing/cell_events.ts";
import { cellRunner } from "./cell_process.ts";
import { MemoryWatch } from "./memory_watch.ts";

const EPOCH = 1_700_000_000_000;

test("a moment of a run has what was seen last by then, and nothing before the first look", () => {
  const percentiles = { p50: 1, p90: 1, p99: 1, p999: 1, max: 1 };
  const run: CellEvent = {
    ...REPORT,
    type: "run",
    waits: {
      ...{ handOff: percentiles, uncorrected: percentiles, endToEnd: null, late: percentiles },
      ...{ clockErrorUs: 0, endClockErrorUs: null, counts: { handOff: [], endToEnd: [] } },
      backlog: {
        startEpochMs: EPOCH,
        ...{ peakBytes: 1, meanBytes: 1, unreadPeakBytes: null, heldPeak: 1 },
        series: [0, 10, 20, 30].map((ms) => ({ ms, waitingBytes: 1, unreadBytes: null, held: 2 })),
      },
    },
  };
  const watch = new MemoryWatch();
  watch.add(100, EPOCH + 5);
  watch.add(300, EPOCH + 20);
  const events = watch.told([{ ...run, waits: null }, run, END]);
  assert.deepEqual(events[0], { ...run, waits: null });
  assert.deepEqual(
    find(events.slice(1), "run")!.waits!.backlog!.series.map((point) => point.residentBytes),
    [null, 100, 300, 300],
  );
  assert.equal(find(events.slice(1), "run")!.waits!.backlog!.series[1].waitingBytes, 1);
  assert.deepEqual(events[2], END);
});

test(
  "a process behind a slow listener is looked at, by a clock that is the launcher's, too",
  { timeout: 60_000 },
  async (t) => {
    if (!existsSync("/proc/self/status")) return t.skip("this system tells no process's memory");
    const run = cellRunner(null);
    const limits = { timeoutMs: 30_000, signal: new AbortController().signal };
    const spec = {
      ...cellTask({ name: "swap-buffer", params: {} }, {
        ...{ producers: 2, workers: 2, messages: 250, messageBytes: 8, listener: null },
        ...{ storeBytes: 2 ** 20, runId: "memory" },
      }),
      pace: { ratePerS: 1_000, spacing: "even" as const, seed: 1 },
    };
    const looked = async (reading: typeof spec.reading) => {
      const here = { ...RUNTIME, ...currentRuntime(), path: process.execPath };
      const { events, detail } = await run(here, { ...spec, reading }, limits);
      const report = find(events, "run");
      assert.ok(report !== undefined, detail);
      return report.waits!.backlog!.series.map(({ residentBytes }) => residentBytes);
    };
    const seen = await looked({ stall: null, bytesPerS: 1_000_000 });
    // Half a second, and one reading before it: if the clocks differed, either end would have no memory.
    assert.ok(seen.every((bytes) => bytes! > 2 ** 20), String(seen));
    assert.deepEqual([...new Set(await looked(null))], [undefined]);
  },
);
