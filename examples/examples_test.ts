/** Every example runs, under the runtime that runs the test. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../bench/runtime.ts";

test("log_collector collects every line of every Worker", { timeout: 30_000 }, () => {
  const file = fileURLToPath(new URL("./log_collector.ts", import.meta.url));
  const args = [...runArguments(currentRuntime().kind), file];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(stderr, "");
  assert.equal(stdout, "worker 0: 1000 lines\nworker 1: 1000 lines\n");
  assert.equal(status, 0);
});
