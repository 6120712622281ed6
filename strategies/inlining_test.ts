/** What V8 must compile into one loop, so that a process is not slow by chance. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime } from "../bench/runtime.ts";

const LOOP = fileURLToPath(new URL("./testing/send_bytes.ts", import.meta.url));

test("what a ring seldom needs is not compiled into its fast path", { timeout: 60_000 }, (t) => {
  if (currentRuntime().kind !== "node") return t.skip("only Node says what it inlines");
  // On the thread that runs the loop, so that nothing depends on when a compilation is done.
  const flags = ["--trace-turbo-inlining", "--no-concurrent-recompilation"];
  const { stdout, status } = spawnSync(process.execPath, [...flags, LOOP], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0);
  const inlined = [...stdout.matchAll(/^Inlining .*SharedFunctionInfo ([^>]*)>\} into /gm)]
    .map(([, name]) => name);
  assert.ok(inlined.includes("sendByte"), "sendByte is not compiled into the loop that calls it");
  assert.ok(!inlined.includes("#wrote"), "#wrote is short enough to be inlined");
});
