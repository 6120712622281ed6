/** A run that was cut anywhere and resumed has the rows of one that was not: a fake in place of the processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import type { CellEvent, CellSpec } from "../../bench/process/spec.ts";
import { type Sample, SAMPLE_COLUMNS } from "../results/columns.ts";
import { tableText } from "../results/csv.ts";
import { recoverSamples } from "../results/recovery.ts";
import { cellKey } from "../results/cell_key.ts";
import type { CellOutcome } from "../processes/cell_process.ts";
import { readOptions } from "./options.ts";
import { makePlan } from "../results/plan.ts";
import { Earlier } from "./resume.ts";
import { REPORT, RUNTIME as NODE } from "../testing/cell_events.ts";
import { Session } from "./session.ts";

/** Cells that pass, that fail, that are slow, and slow from 64 producers on; processes differ in their number of runs. */
function fakeOutcome(spec: CellSpec, processes: number): CellOutcome {
  const isSlow = spec.subject === "atomic-swap" ||
    (spec.subject === "async-lock" && spec.producers >= 64);
  const us = (isSlow ? 2_000 : 0.1) * spec.producers * spec.messages;
  const runs = spec.task === "pilot" ? 1 : 1 + processes % 4;
  const run: CellEvent = { ...REPORT, type: "run", elapsedUs: us, detail: 'a "quoted", broken é' };
  const events: CellEvent[] = [...Array(runs).fill(run), { type: "end", rssPeakBytes: 1 }];
  const wallMs = 50 + us / 1_000;
  return spec.subject === "swap-buffer" && spec.producers === 4
    ? { events, end: "died", detail: "why", wallMs }
    : { events, end: "done", detail: "", wallMs };
}

const PLAN =
  "--strategies swap-buffer,async-lock,atomic-swap,socket-bulk --producers 1,4,64,128 --messages 1000 " +
  "--message-size 8 --rounds 3 --timeout 100";

/** Run the plan on from `earlier`, to its end. */
async function run(plan: string, earlier: Sample[], runtime = NODE) {
  const options = readOptions("bench", ["node", "bench", ...plan.split(" ")]);
  const rows: Sample[] = [];
  const asked: CellSpec[] = [];
  const cells = makePlan(options, [runtime]);
  const session = new Session({
    session: "s",
    options,
    cells,
    listener: { host: "h", port: 1 },
    cores: 2,
    runCell: (_, spec) => {
      asked.push(spec);
      return Promise.resolve(fakeOutcome(spec, asked.length));
    },
    signal: new AbortController().signal,
    observer: {
      onProgress() {},
      onChosen() {},
      onEstimate() {},
      onNote() {},
      onRows: (more) => rows.push(...more),
      onWaits() {},
    },
    earlier: new Earlier(earlier),
  });
  await session.rounds(await session.pilot());
  return { rows, asked, cells };
}

/** The key of a process, as `Earlier` explains it, with what became of it. */
function keysOf(rows: readonly Sample[]): string[] {
  const keys = rows.map((row) =>
    [row.session, row.round, row.position, cellKey(row), row.status, row.seed].join(" ")
  );
  return [...new Set(keys)].sort();
}

function csvOf(rows: readonly Sample[]): string {
  return tableText(SAMPLE_COLUMNS, rows);
}

function processesOf(rows: readonly Sample[]): Map<string, Sample[]> {
  return Map.groupBy(rows, (row) => `${row.round} ${row.position}`);
}

for (const plan of [PLAN, `${PLAN} --quick`]) {
  test(`cut at twenty places and resumed: the same keys (${plan.slice(-7)})`, async () => {
    const whole = await run(plan, []);
    const statuses = new Set(whole.rows.map(({ status }) => status));
    assert.deepEqual([...statuses].sort(), ["error", "ok", "pilot", "skipped"]);
    const bytes = new TextEncoder().encode(csvOf(whole.rows));
    const next = random(7);
    const places = Array.from({ length: 20 }, () => Math.floor(next() * bytes.length));
    for (const at of [0, 10, ...places, bytes.length]) {
      // As on the disk: the cut may be inside of a character.
      const left = new TextDecoder().decode(bytes.slice(0, at));
      const { text, samples: kept } = recoverSamples(new TextEncoder().encode(left), "samples.csv");
      const resumed = await run(plan, kept);
      const all = [...kept, ...resumed.rows];
      assert.deepEqual(keysOf(all), keysOf(whole.rows), `cut at byte ${at}`);
      const processes = processesOf(all);
      for (const [place, rows] of processesOf(kept)) {
        // No more is run of what was kept, but for a decision that follows from a pilot.
        const more = processes.get(place)!.slice(rows.length);
        assert.ok(more.every(({ status }) => status === "skipped"), `cut at byte ${at}`);
        // A torn row shows that its process is not whole; a cut between two rows shows nothing.
        if (text !== left) {
          assert.deepEqual(rows, processesOf(whole.rows).get(place), `cut at byte ${at}`);
        }
      }
    }
  });
}

test("a cell that was skipped stays skipped, and the pilot goes on where it was", async () => {
  const whole = await run(PLAN, []);
  const slow = whole.rows.filter((row) => row.strategy === "async-lock" && row.producers! >= 64);
  assert.deepEqual(slow.map((row) => [row.producers, row.round, row.status]), [
    [64, 0, "pilot"],
    [64, 0, "skipped"],
    [128, 0, "skipped"],
  ]);
  const skipped = slow.slice(1);
  const upTo = whole.rows.indexOf(skipped[0]);
  // Killed between the pilot's row and the decision that follows from it.
  const resumed = await run(PLAN, whole.rows.slice(0, upTo));
  assert.deepEqual(resumed.rows[0], skipped[0]);
  // With all the time in the world, what was decided stays decided.
  const patient = PLAN.replace("--timeout 100", "--timeout 86400");
  const later = await run(patient, whole.rows.slice(0, upTo + 1));
  const rows = [...whole.rows.slice(0, upTo + 1), ...later.rows];
  const of64 = rows.filter((row) => row.strategy === "async-lock" && row.producers === 64);
  assert.deepEqual(of64.filter(({ status }) => status !== "skipped").map(({ round }) => round), [
    0,
  ]);
});

test("a whole run leaves nothing to do, failed cells included", async () => {
  const whole = await run(PLAN, []);
  const again = await run(PLAN, whole.rows);
  assert.deepEqual([again.asked.length, again.rows.length], [0, 0]);
  assert.equal(new Earlier(whole.rows).missing(whole.cells, 3), 0);
  assert.equal(new Earlier([]).missing(whole.cells, 3), 3 * whole.cells.length);
});

test("another version of a runtime is another cell", async () => {
  const whole = await run(PLAN, []);
  const other = await run(PLAN, whole.rows, { ...NODE, version: "2" });
  assert.equal(other.rows.length, whole.rows.length);
  assert.ok(other.rows.every((row) => row.runtime_version === "2"));
});

test("what was calibrated is not calibrated again, and what could not be is said", async () => {
  const options = readOptions("bench", ["node", "bench", "--strategies", "socket-bulk"]);
  const asked: CellSpec[] = [];
  const notes: string[] = [];
  let event: CellEvent = { type: "calibrated", chunk: 4_096 };
  const calibrate = (known?: Record<string, number>) =>
    new Session({
      session: "s",
      options,
      cells: makePlan(options, [NODE]),
      listener: { host: "h", port: 1 },
      cores: 2,
      runCell: (_, spec) => {
        asked.push(spec);
        return Promise.resolve({ events: [event], end: "done", detail: "", wallMs: 1 });
      },
      signal: new AbortController().signal,
      observer: {
        onProgress() {},
        onChosen() {},
        onEstimate() {},
        onNote: (line) => notes.push(line),
        onRows() {},
        onWaits() {},
      },
    }).calibrate(known);
  assert.deepEqual(await calibrate({ node: 8_192 }), { node: 8_192 });
  assert.equal(asked.length, 0);
  assert.deepEqual(await calibrate({}), { node: 4_096 });
  assert.deepEqual([asked.length, notes], [1, []]);
  event = { type: "failed", detail: "no room" };
  assert.deepEqual(await calibrate({}), {});
  assert.match(notes.join("\n"), /^node: the best chunk size of socket-bulk .* \(no room\)$/);
});
