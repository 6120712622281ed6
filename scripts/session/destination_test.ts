/**
 * Folders that are gone on with. The last test kills real runs: one in the suite, more with
 *
 *     FANIN_KILLS=20 node --test scripts/session/destination_test.ts
 */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import { currentRuntime } from "../../bench/runtime.ts";
import { UsageError } from "../cli/command.ts";
import type { Sample } from "../results/columns.ts";
import type { Environment } from "../results/environment.ts";
import { ResultsFolder } from "../results/folder.ts";
import { lockFolder } from "../results/lock.ts";
import { recoverSamples } from "../results/recovery.ts";
import { emptySample } from "../results/samples.ts";
import { cellKey } from "../results/cell_key.ts";
import { runCommand, startCommand, withFolder } from "../testing/cli.ts";
import { openDestination } from "./destination.ts";
import { readOptions } from "./options.ts";
import { type Cell, makePlan, roundOrder } from "../results/plan.ts";
import { findRuntimes, type Runtime } from "../processes/runtimes.ts";

const KILLS = Number(process.env.FANIN_KILLS ?? 1);
const { kind } = currentRuntime();
const ITSELF = `${kind}=${process.execPath}`;
/** A resumed run is told its programs again. */
const PROGRAMS = ["--runtimes", ITSELF, "--listener-runtime", ITSELF];
const RUNTIME: Runtime = {
  kind,
  version: "1",
  path: process.execPath,
  source: "pinned",
  label: kind,
};

const options = (...argv: string[]) => readOptions("bench", ["", "", ...argv]);
const circumstances = (...argv: string[]) => ({
  command: "bench",
  options: options(...argv),
  runtimes: [RUNTIME],
  listener: RUNTIME,
  notes: ["first"],
});
const isRefused = (pattern: RegExp) => (error: Error) =>
  error instanceof UsageError && pattern.test(error.message) && !error.message.includes("\n");

/** A run that was stopped after a row, and what its environment.json is changed to. */
function begun(
  out: string,
  change: (environment: Environment) => unknown = (same) => same,
): Sample {
  const { folder, environment, close } = openDestination(circumstances("--out", out));
  const [cell] = makePlan(options(), [RUNTIME]);
  const place = { session: environment.session, round: 1, position: 1, seed: 1, cores: 2 };
  const sample = { ...emptySample(cell, place), status: "ok" };
  folder.add([sample]);
  environment.bulkChunkBytes = { [kind]: 4_096 };
  writeFileSync(join(out, "environment.json"), JSON.stringify(change(environment)));
  close();
  return sample;
}

for (const preset of ["--quick", "--full", "--post", "--explain"]) {
  test(`a run of ${preset} can be resumed`, () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      openDestination(circumstances(preset, "--out", out)).close();
      openDestination(circumstances("--resume", out)).close();
      await Promise.resolve();
    }));
}

test("the session, the rows, the notes and the calibration are those of the folder", () =>
  withFolder(async (folder) => {
    const out = join(folder, "out");
    const sample = begun(out);
    appendFileSync(join(out, "samples.csv"), `2,${sample.session},1,2,1,tor`);
    const resumed = openDestination(circumstances("--resume", out));
    assert.throws(() => openDestination(circumstances("--resume", out)), isRefused(/is being wr/));
    resumed.close();
    assert.deepEqual(resumed.folder.samples, [sample]);
    assert.deepEqual(ResultsFolder.read(out).samples, [sample]);
    assert.equal(resumed.environment.session, sample.session);
    assert.deepEqual(resumed.environment.bulkChunkBytes, { [kind]: 4_096 });
    assert.deepEqual(ResultsFolder.readEnvironment(out), resumed.environment);
    const [first, note, ...others] = resumed.environment.notes;
    assert.deepEqual([first, others], ["first", []]);
    assert.match(note, /^resumed at \S+ after 1 rows, --timeout 120$/);
    assert.ok(!existsSync(join(out, "lock")));
    await Promise.resolve();
  }));

test("another environment is refused, or noted", () =>
  withFolder(async (folder) => {
    const out = join(folder, "out");
    begun(out, (environment) => ({
      ...environment,
      machine: { ...environment.machine, kernel: "0.1" },
      runtimes: environment.runtimes.map((runtime) => ({ ...runtime, version: "0" })),
    }));
    const before = readFileSync(join(out, "environment.json"), "utf8");
    const difference = /kernel was "0.1", is .*; runtime \w+ was "0", is "1"/;
    assert.throws(() => openDestination(circumstances("--resume", out)), isRefused(difference));
    assert.equal(readFileSync(join(out, "environment.json"), "utf8"), before);
    assert.ok(!existsSync(join(out, "lock")));
    const args = ["--resume", out, "--allow-changed-environment"];
    const { environment, close } = openDestination(circumstances(...args));
    close();
    assert.match(environment.notes[1], difference);
    // Found under another version, so it is found again.
    assert.deepEqual(environment.bulkChunkBytes, {});
    await Promise.resolve();
  }));

test("a folder that is not an interrupted session is refused", () =>
  withFolder(async (folder) => {
    const cases: [string, (environment: Environment) => unknown, RegExp][] = [
      ["merged", (environment) => [environment], /joins several sessions/],
      ["other", (environment) => ({ ...environment, session: "x" }), /rows of another session/],
      ["null", () => null, /not one that this version has written/],
      ["old", ({ session, runtimes }) => ({ session, runtimes, notes: [] }), /not one that this/],
    ];
    for (const [name, change, pattern] of cases) {
      const out = join(folder, name);
      begun(out, change);
      assert.throws(() => openDestination(circumstances("--resume", out)), isRefused(pattern));
      assert.ok(!existsSync(join(out, "lock")));
    }
    await Promise.resolve();
  }));

/** The calibration of socket-bulk takes a second, which the suite spares. */
const STRATEGIES = KILLS > 1 ? "swap-buffer,socket-bulk" : "swap-buffer";
const ARGS = [
  ...PROGRAMS,
  ...["--producers", "1", "--workers", "1", "--messages", "20", "--store", "2MiB"],
  ...["--strategies", STRATEGIES, "--rounds", "2"],
];

function plannedCells(): Cell[] {
  const given = options(...ARGS);
  return makePlan(given, findRuntimes(given.runtimes).runtimes);
}

/** Of every process of the plan, as `Earlier` explains it. */
function plannedKeys(session: string): string[] {
  const given = options(...ARGS);
  const cells = plannedCells();
  return [0, 1, 2].flatMap((round) => {
    const order = round === 0 ? cells : roundOrder(cells, given.seed, round);
    return order.map((cell, at) => {
      const place = { session, round, position: at + 1, seed: 1, cores: 1 };
      return keyOf(emptySample(cell, place));
    });
  }).sort();
}

function keyOf(row: Sample): string {
  return `${row.session} ${row.round} ${row.position} ${cellKey(row)}`;
}

function keysIn(out: string): { session: string; keys: string[] } {
  const { samples } = ResultsFolder.read(out);
  const runs = samples.map((row) => `${row.round} ${row.position} ${row.run}`);
  assert.equal(new Set(runs).size, runs.length, "no process is in the file twice");
  assert.deepEqual([...new Set(samples.map(({ status }) => status))], ["pilot", "ok"]);
  return { session: samples[0].session!, keys: [...new Set(samples.map(keyOf))].sort() };
}

test("killed at any moment and resumed: the rows of a run that was not", {
  timeout: 120_000 * KILLS,
}, () =>
  withFolder(async (folder) => {
    if (KILLS > 1) {
      const out = join(folder, "whole");
      assert.equal((await runCommand("bench", ...ARGS, "--out", out)).code, 0);
      const { session, keys } = keysIn(out);
      assert.deepEqual(keys, plannedKeys(session));
    }
    const next = random(11);
    // A pilot has one row, a process of a round ten at most.
    const rowsOfAll = plannedCells().length * (1 + 2 * 10);
    for (let kill = 1; kill <= KILLS; kill++) {
      const out = join(folder, `killed-${kill}`);
      const [rows, ms] = [1 + Math.floor(next() * 0.8 * rowsOfAll), next() * 200];
      const left = await killedAfter(out, rows, ms);
      const kept = recoverSamples(new TextEncoder().encode(left), "samples.csv");

      if (kill === 1) {
        const release = lockFolder(out);
        const second = await runCommand("bench", "--resume", out, ...PROGRAMS);
        release();
        assert.equal(second.code, 2);
        assert.match(second.stderr, /^bench: \S+ is being written by process \d+; .*\n$/);
      }
      const { code, stderr } = await runCommand("bench", "--resume", out, ...PROGRAMS);
      assert.equal(code, 0, stderr);
      assert.ok(readFileSync(join(out, "samples.csv"), "utf8").startsWith(kept.text));
      const { session, keys } = keysIn(out);
      assert.deepEqual(keys, plannedKeys(session));
      assert.ok(existsSync(join(out, "summary.csv")) && !existsSync(join(out, "lock")));
      if (KILLS > 1) {
        console.log(`kill ${kill}: ${kept.samples.length} of ${rows}+ rows kept, then resumed`);
      }
    }
  }));

/** Start a run, kill it some ms after it has so many rows, and give the text that it leaves. */
async function killedAfter(out: string, rows: number, ms: number): Promise<string> {
  const { child, finished } = startCommand("bench", [...ARGS, "--out", out]);
  const file = join(out, "samples.csv");
  const count = () => existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 2 : 0;
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  while (count() < rows && child.exitCode === null) await wait(5);
  await wait(ms);
  child.kill("SIGKILL");
  await finished;
  return readFileSync(file, "utf8");
}
