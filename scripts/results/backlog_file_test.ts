/** A cell has its series exactly once, whatever a kill has left of it. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BACKLOG_POINTS } from "../../bench/latency/backlog.ts";
import type { RunReport } from "../../bench/process/spec.ts";
import { REPORT, RUNTIME } from "../testing/cell_events.ts";
import { withFolder } from "../testing/cli.ts";
import { BACKLOG_FILE, BacklogFile, joinBacklogs, readBacklog } from "./backlog_file.ts";
import type { Cell } from "./plan.ts";

const SLOW: Cell = {
  runtime: RUNTIME,
  subject: "channel",
  kind: "blocking",
  params: { drain: "batch" },
  producers: 16,
  workers: 2,
  runLength: "2000 ms",
  runTimeUs: null,
  measuredRuns: 3,
  messages: 100,
  mostMessages: 100,
  messageBytes: 64,
  leastBytes: 64,
  workload: "bytes",
  workUs: 0,
  sink: "tcp",
  turn: 0,
  capacity: 1_024,
  load: {
    ratePerS: 200_000,
    spacing: "exponential",
    consumerWorkUs: 0,
    reading: { stall: { forMs: 200, everyMs: 1_000 }, bytesPerS: null },
  },
  openMs: 2_000,
  ratePerS: 200_000,
  skip: null,
};

/** A verified run during which this many bytes waited all the time. */
function run(waitingBytes: number): RunReport {
  const percentiles = { p50: 1, p90: 1, p99: 1, p999: 1, max: 1 };
  const series = Array.from({ length: BACKLOG_POINTS }, (_, at) => ({
    ms: at * 10.00049,
    waitingBytes,
    unreadBytes: at === 0 ? null : at,
    held: 2 * at,
    residentBytes: at === 0 ? null : 50 + at,
  }));
  return {
    ...REPORT,
    waits: {
      handOff: percentiles,
      uncorrected: percentiles,
      endToEnd: null,
      late: percentiles,
      clockErrorUs: 0,
      endClockErrorUs: null,
      counts: { handOff: [], endToEnd: [] },
      backlog: {
        startEpochMs: 1_700_000_000_000,
        peakBytes: waitingBytes,
        meanBytes: waitingBytes,
        unreadPeakBytes: null,
        heldPeak: 1,
        series,
      },
    },
  };
}

/** The bytes that waited, one number for each series. */
function kept(folder: string): number[] {
  const rows = readBacklog(folder);
  assert.equal(rows.length % BACKLOG_POINTS, 0);
  return rows.filter((_, at) => at % BACKLOG_POINTS === 0).map((row) => row.waiting_bytes!);
}

test("a cell's first run is kept, to the µs, and none of the later ones", () =>
  withFolder(async (folder) => {
    const file = new BacklogFile(folder);
    file.keep(SLOW, [run(7), run(8)]);
    file.keep(SLOW, [run(9)]);
    assert.deepEqual(kept(folder), [7]);
    assert.deepEqual(readBacklog(folder)[3], {
      runtime: "node",
      label: "channel:drain=batch",
      producers: 16,
      workers: 2,
      message_bytes: 64,
      load: "200000/s, stalled 200 of 1000 ms",
      ms: 30.001,
      waiting_bytes: 7,
      unread_bytes: 3,
      held_messages: 6,
      resident_bytes: 53,
    });
    const [{ unread_bytes, resident_bytes }] = readBacklog(folder);
    assert.deepEqual([unread_bytes, resident_bytes], [null, null]);
    // Cells of one session may differ in any of these.
    for (const more of [{ producers: 1 }, { workers: 4 }, { messageBytes: 8 }]) {
      file.keep({ ...SLOW, ...more }, [run(11)]);
    }
    assert.deepEqual(kept(folder), [7, 11, 11, 11]);
  }));

test("no file where no listener reads slowly, nothing was sent, or no run was verified", () =>
  withFolder(async (folder) => {
    const file = new BacklogFile(folder);
    file.keep({ ...SLOW, load: { ...SLOW.load!, reading: null } }, [run(7)]);
    file.keep({ ...SLOW, load: null }, [run(7)]);
    file.keep(SLOW, []);
    const { waits, ...report } = run(7);
    file.keep(SLOW, [{ ...report, waits: { ...waits!, backlog: null } }]);
    assert.ok(!existsSync(join(folder, BACKLOG_FILE)));
    assert.deepEqual(readBacklog(folder), []);
    file.keep(SLOW, [run(8)]);
    assert.deepEqual(kept(folder), [8], "what was not there is written when it is");
  }));

test("a resumed run writes no series again, and only what was cut is replaced", () =>
  withFolder(async (folder) => {
    const path = join(folder, BACKLOG_FILE);
    new BacklogFile(folder).keep(SLOW, [run(7)]);
    const other = { ...SLOW, producers: 1 };
    const first = readFileSync(path, "utf8");
    new BacklogFile(folder).keep(other, [run(8)]);
    const both = readFileSync(path, "utf8");
    assert.ok(both.startsWith(first));
    const second = both.slice(first.length);
    for (const cut of [0, 3, second.indexOf("\n") + 1, second.length - 1, second.length]) {
      writeFileSync(path, first + second.slice(0, cut));
      const resumed = new BacklogFile(folder);
      resumed.keep(SLOW, [run(9)]);
      resumed.keep(other, [run(8)]);
      assert.equal(readFileSync(path, "utf8"), both, `cut at ${cut}`);
    }
  }));

test("a file of which even the heading was cut begins anew", () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, BACKLOG_FILE), "runtime,lab");
    new BacklogFile(folder).keep(SLOW, [run(7)]);
    assert.deepEqual(kept(folder), [7]);
  }));

test("a reader takes whole lines, and refuses what is no such table", () =>
  withFolder(async (folder) => {
    new BacklogFile(folder).keep(SLOW, [run(7)]);
    const path = join(folder, BACKLOG_FILE);
    appendFileSync(path, "node,chan");
    assert.deepEqual(kept(folder), [7]);
    writeFileSync(path, "a,b\n1,2\n");
    assert.throws(() => readBacklog(folder), /has no column "runtime"/);
  }));

test("a file from before memory was looked at is read, and goes on with the columns of today", () =>
  withFolder(async (folder) => {
    new BacklogFile(folder).keep(SLOW, [run(7)]);
    const path = join(folder, BACKLOG_FILE);
    const before = readFileSync(path, "utf8").replaceAll(/,[^,\n]*\n/g, "\n");
    assert.match(before, /,held_messages\n.*,0\n/);
    writeFileSync(path, before);
    assert.deepEqual(kept(folder), [7]);
    assert.ok(readBacklog(folder).every(({ resident_bytes }) => resident_bytes === null));
    const file = new BacklogFile(folder);
    file.keep(SLOW, [run(9)]);
    file.keep({ ...SLOW, producers: 1 }, [run(8)]);
    assert.deepEqual(kept(folder), [7, 8]);
    assert.deepEqual(readBacklog(folder).map((row) => row.resident_bytes).slice(200, 203), [
      ...[null, null, 51],
    ]);
  }));

test("joined folders have the series of each, of a cell that both have the first", () =>
  withFolder(async (folder) => {
    const [a, b, out] = ["a", "b", "out"].map((name) => join(folder, name));
    for (const path of [a, b, out]) mkdirSync(path);
    new BacklogFile(a).keep(SLOW, [run(3)]);
    new BacklogFile(b).keep(SLOW, [run(4)]);
    new BacklogFile(b).keep({ ...SLOW, producers: 8 }, [run(5)]);
    joinBacklogs([a, b], out);
    const rows = readBacklog(out);
    assert.equal(rows.length, 2 * BACKLOG_POINTS);
    assert.deepEqual(
      [...new Set(rows.map((row) => `${row.producers} ${row.waiting_bytes}`))],
      ["16 3", "8 5"],
    );
  }));
