/** How a session ends if it cannot be completed: with nobody to read it, nowhere to write, or nothing to measure. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import papaparse from "papaparse";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { runCommand, startCommand, withFolder } from "./testing/cli.ts";

const { kind } = currentRuntime();
/** The runtime that runs this test is also the one under test, so that each of the three is used in both roles. */
const RUNTIME = [
  "--runtimes",
  `${kind}=${process.execPath}`,
  "--listener-runtime",
  `${kind}=${process.execPath}`,
];
/** The smallest measurement there is, since how a session ends does not depend on what it measured. */
const CELL = ["--strategies", "empty", "--producers", "2", "--workers", "1"];
const SMALL = [...RUNTIME, ...CELL, "--store", "2MiB", "--no-report"];
/** Only tests that hang reach this limit: a busy machine may take ten times as long as usual. */
const SLOW = { timeout: 120_000 };

function rows(folder: string, file = "samples.csv"): Record<string, string>[] {
  const text = readFileSync(join(folder, file), "utf8").trimEnd();
  const { data, errors } = papaparse.parse<Record<string, string>>(text, { header: true });
  assert.deepEqual(errors, []);
  return data;
}

/** Runs the command with its output redirected by the shell. */
function redirected(redirection: string, ...args: string[]): Promise<number | null> {
  const start = fileURLToPath(new URL("./start.mjs", import.meta.url));
  const line = `"$0" "$@" ${redirection}`;
  const child = spawn(
    "sh",
    ["-c", line, process.execPath, ...runArguments(kind), start, ...args],
    { stdio: "ignore" },
  );
  return new Promise((resolve) => child.once("close", resolve));
}

test(
  "where every cell is skipped nothing was verified, and only --allow-skipped takes that for a success",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const args = [...SMALL, "--producers", "1", "--total", "9000000000", "--rounds", "1"];
      const { code, stderr } = await runCommand("bench", ...args, "--out", join(folder, "a"));
      assert.equal(code, 1, stderr);
      assert.match(stderr, /every cell was skipped.*--allow-skipped/);
      for (const row of rows(join(folder, "a"))) {
        assert.equal(row.status, "skipped");
        assert.match(row.detail, /messages/);
      }
      const allowed = await runCommand(
        "bench",
        ...args,
        "--allow-skipped",
        "--out",
        join(folder, "b"),
      );
      assert.equal(allowed.code, 0, allowed.stderr);
    }),
);

test(
  "a reader that goes away early ends nothing and loses nothing",
  SLOW,
  () =>
    withFolder(async (folder) => {
      for (
        const [name, redirection] of [["both", "2>&1 | head -1"], ["stderr", "2>&1 >&3 | true"]]
      ) {
        const out = join(folder, name);
        const line = name === "stderr" ? `3>/dev/null ${redirection}` : redirection;
        await redirected(
          line,
          "bench",
          ...SMALL,
          "--messages",
          "10",
          "--rounds",
          "1",
          "--out",
          out,
        );
        // The shell returns the exit code of the reader, while the run may still go on.
        while (!existsSync(join(out, "summary.csv"))) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.deepEqual(
          [...new Set(rows(out).map(({ round }) => round))],
          ["0", "1"],
        );
      }
    }),
);

test("a full device under its output fails a command without a stack trace", SLOW, async () => {
  if (!existsSync("/dev/full")) return;
  assert.equal(await redirected(">/dev/full", "bench", "--help"), 1);
});

test(
  "samples.csv that somebody takes away in the middle is written again",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      const { finished, stderr } = startCommand(
        "bench",
        [...SMALL, "--messages", "10", "--rounds", "3", "--out", out],
      );
      while (!/cells to measure/.test(stderr())) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      rmSync(join(out, "samples.csv"));
      const { code } = await finished;
      assert.equal(code, 0, stderr());
      assert.deepEqual(
        [...new Set(rows(out).map(({ round }) => round))],
        ["0", "1", "2", "3"],
      );
    }),
);
