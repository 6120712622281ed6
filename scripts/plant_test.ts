/**
 * The planted changes take effect: their patches fit the source, and a cell that runs through the program shows them.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { currentRuntime } from "../bench/runtime.ts";
import type { CellSpec } from "../bench/process/spec.ts";
import { plantedRuntime } from "../bench/testing/planted_runtime.ts";
import { cellRunner } from "./processes/cell_process.ts";
import { cellTask } from "./results/cell_task.ts";
import { find } from "./results/judge.ts";
import { RUNTIME } from "./testing/cell_events.ts";
import { runCommand } from "./testing/cli.ts";

const LIMITS = { timeoutMs: 100_000, signal: new AbortController().signal };
const HERE = { ...RUNTIME, ...currentRuntime(), path: process.execPath };
/** An open loop of three quarters of a second, in which 150 messages are due. */
const OPEN = { ratePerS: 200, spacing: "even" as const, seed: 1 };

/** The longest wait of a cell with that change, µs. */
async function longest(change: string, pace: CellSpec["pace"]): Promise<number> {
  const path = plantedRuntime(change, HERE.path);
  try {
    const spec = cellTask({ name: "swap-buffer", params: {} }, {
      ...{ producers: 2, workers: 1, messages: 75, messageBytes: 8, pace },
      ...{ listener: null, storeBytes: 2 ** 20, runId: change },
    });
    const { events, detail } = await cellRunner(null)({ ...HERE, path }, spec, LIMITS);
    const run = find(events, "run");
    assert.equal(run?.status, "ok", detail);
    return run.waits?.handOff?.max ?? 0;
  } finally {
    rmSync(dirname(path), { recursive: true });
  }
}

test(
  "each change is in what its program runs, and nowhere else",
  { timeout: 120_000 },
  async () => {
    const [delay, stall, stamps, slower] = await Promise.all([
      ...[longest("delay", OPEN), longest("stall", OPEN), longest("stamps", null)],
      longest("slower-8", null),
    ]);
    assert.ok(delay >= 500, `${delay} µs`);
    assert.ok(stall >= 95_000, `${stall} µs`);
    assert.deepEqual([stamps, slower], [0, 0], "a wait at full load");
  },
);

test("a change that there is not is a mistake of the caller", async () => {
  const { code, stderr } = await runCommand("plant", "nothing");
  assert.deepEqual([code, stderr], [
    2,
    "plant: nothing: give one of stamps, delay, slower-5, slower-8, stall\n",
  ]);
  const two = await runCommand("plant", "delay", "--runtime", "deno,bun");
  assert.equal(two.code, 2);
  assert.match(two.stderr, /^plant: deno,bun: give one runtime, such as .*\n$/);
});
