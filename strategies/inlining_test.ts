/** What the compilers must be able to compile into one loop, so that no process is slow by chance. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime } from "../bench/runtime.ts";

const LOOP = fileURLToPath(new URL("./testing/send_bytes.ts", import.meta.url));

const SLOW = { timeout: 60_000 };

function compile(args: string[], env: Record<string, string>): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args, LOOP], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    // The time limit of a test cannot strike while this blocks.
    timeout: 50_000,
    env: { ...process.env, ...env },
  });
  assert.equal(status, 0, stderr.slice(-1_000));
  return stdout + stderr;
}

test(
  "V8 compiles sendByte into the loop that calls it, but not what it seldom needs",
  SLOW,
  (t) => {
    if (currentRuntime().kind !== "node") return t.skip("only Node is asked");
    // On the thread that runs the loop, so that nothing depends on when a compilation is done.
    const said = compile(["--trace-turbo-inlining", "--no-concurrent-recompilation"], {});
    const inlined = [...said.matchAll(/^Inlining .*SharedFunctionInfo ([^>]*)>\} into /gm)]
      .map(([, name]) => name);
    assert.ok(inlined.includes("sendByte"), "sendByte is not compiled into the loop that calls it");
    assert.ok(!inlined.includes("#wrote"), "#wrote is short enough to be inlined");
  },
);

/**
 * JavaScriptCore inlines no function whose bytecode costs more (its option
 * `maximumFunctionForCallInlineCandidateBytecodeCostForFTL`).
 */
const MOST_COST = 170;

test("JavaScriptCore can compile sendByte into the loop that calls it", SLOW, (t) => {
  if (currentRuntime().kind !== "bun") return t.skip("only Bun is asked");
  const said = compile([], { BUN_JSC_verboseOSR: "1" });
  const cost = Number(/\bsendByte#\w+:\[[^\]]*?, (\d+) /.exec(said)?.[1] ?? NaN);
  assert.ok(!Number.isNaN(cost), "Bun no longer says what a function costs in this form");
  assert.ok(cost <= MOST_COST, `its bytecode costs ${cost}`);
});
