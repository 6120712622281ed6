/** A few fault trials with a fixed seed; `npm run trials` has many more. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { currentRuntime } from "../bench/runtime.ts";
import { testSeed } from "../bench/testing/random.ts";
import { perform } from "./testing/trials/trial.ts";

const KINDS = [
  "kill-launcher",
  "ctrl-c",
  "kill-listener",
  "listener-lies",
  "folder-gone",
];

for (const kind of KINDS) {
  test(`${kind} ends in order, and --resume completes it`, { timeout: 120_000 }, async (t) => {
    if (!existsSync("/proc/self/environ")) return t.skip("this system has no /proc");
    const trial = { kind, launcher: currentRuntime().kind, seed: testSeed() };
    const { findings } = await perform(trial, "file");
    assert.deepEqual(findings, [], `FANIN_SEED=${trial.seed}`);
  });
}
