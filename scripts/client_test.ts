/** Clients in other languages: how a comparison handles them, and that the checker names every fault. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import papaparse from "papaparse";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { checkClient } from "./processes/client_check.ts";
import { runCommand, withFolder } from "./testing/cli.ts";

const SLOW = { timeout: 120_000 };
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { kind } = currentRuntime();
const RUNTIME = `${kind}=${process.execPath}`;
const RUNTIMES = ["--runtimes", RUNTIME, "--listener-runtime", RUNTIME];
const SHAPE = "--producers 3 --messages 50 --workers 1 --rounds 1 --store 2MiB";
const CELL = ["--strategies", "swap-buffer", ...SHAPE.split(" ")];
const SIZES = ["--message-size", "1,16"];

function writeScript(path: string, line: string): void {
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}

/** Writes the testing client, with a planted fault, as a program under the runtime that runs the test. */
function clientIn(folder: string, fault: string): string {
  const path = join(folder, `client-${fault || "good"}`);
  const words = [process.execPath, ...runArguments(kind), at("testing/client.mjs")];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  writeScript(path, `FANIN_FAULT=${fault} exec ${quoted} "$@"`);
  return path;
}

const NOT_THE_LISTENERS = "verdict in the answer is not the one that the listener gave this run";
/** Faults of a client that lies, and what the launcher says about each, in a check and in a comparison. */
const LIES: Record<string, RegExp> = {
  "made-up": /the listener has seen 0 runs with the runId of the task, and not one/,
  replayed: RegExp(`${NOT_THE_LISTENERS}: corrupt, `),
  forged: RegExp(`${NOT_THE_LISTENERS}: corrupt, `),
  again: /the listener has seen 2 runs with the runId of the task, and not one/,
  smaller: /the header says messageBytes 1, the task 8/,
  fewer: /the header says messages \d+, the task \d+/,
  shorter: /lost|corrupt/,
  seed: /the header says seed 2, the task 1/,
  stamps: /the header asks for stamps, the task does not/,
  bytes: /bytes is \d+ and acknowledged \d+, but the listener read \d+/,
  writes: /1 writes of at most 1 bytes are not \d+ bytes/,
  quick: /elapsedUs is 1, but the listener read for \d+ µs/,
  clock: /elapsedUs is 1000000000, but between/,
  capacity: /it wrote \d+ bytes at once, more than the capacity of \d+ holds/,
  corrupt: /corrupt/,
};
/** Other faults that a client may have. */
const FAULTS: Record<string, RegExp> = {
  ...LIES,
  twice: /several lines/,
  arm: /an unknown arm is not answered with failed/,
  code: /it ended with code 3/,
  signal: /it ended with SIGKILL and not with 0/,
};
/** Faults that are only noticed because an answer does not come. */
const VAIN: Record<string, RegExp> = {
  silent: /no answer within 2 s/,
  stays: /it does not end when its standard input does/,
};
/** Number of checks at a time; each waits more than it computes. */
const AT_ONCE = 5;

test("the checker finds nothing in a good client", SLOW, () =>
  withFolder(async (folder) => {
    const { code, stdout, stderr } = await runCommand("check-client", clientIn(folder, ""));
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /ok: empty, 7 producers[^]*no fault found/);
  }));

test("the checker names what is wrong with --describe", SLOW, () =>
  withFolder(async (folder) => {
    const { code, stdout } = await runCommand("check-client", clientIn(folder, "describe"));
    assert.equal(code, 1, stdout);
    assert.match(stdout, /fault: --describe says client 9, not 1/);
  }));

async function assertNamed(fault: string, patienceMs: number): Promise<void> {
  await withFolder(async (folder) => {
    const faults = await checkClient(clientIn(folder, fault), patienceMs, () => {});
    assert.match(faults.join("\n"), { ...FAULTS, ...VAIN }[fault], fault);
  });
}

test("the checker names every planted fault", SLOW, async () => {
  const names = Object.keys(FAULTS);
  while (names.length > 0) {
    // Long enough for a good answer on a busy machine.
    await Promise.all(names.splice(0, AT_ONCE).map((fault) => assertNamed(fault, 30_000)));
  }
});

for (const fault of Object.keys(VAIN)) {
  test(`the checker names a planted fault: ${fault}`, SLOW, () => assertNamed(fault, 2_000));
}

/**
 * Compares testing clients with the runtime that runs the test. Returns how the command ended, and the clients' rows.
 */
async function compared(folder: string, faults: readonly string[], ...args: string[]) {
  const own = faults.flatMap((fault) => [
    "--client",
    `${fault || "own"}=${clientIn(folder, fault)}`,
  ]);
  const out = join(folder, "out");
  const ended = await runCommand("bench", ...RUNTIMES, ...own, ...CELL, "--out", out, ...args);
  const rows = readRows(join(out, "samples.csv"));
  return { ...ended, out, own, rows: rows.filter((row) => row.runtime_kind === "client") };
}

function readRows(path: string): Record<string, string>[] {
  const text = readFileSync(path, "utf8").trimEnd();
  return papaparse.parse<Record<string, string>>(text, { header: true }).data;
}

test(
  "a client is a column, what it lacks is skipped, and a folder starts no program",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const { code, stdout, stderr, out, own, rows } = await compared(folder, [""], ...SIZES);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /own 1\.0/);
      assert.ok(rows.every((row) => row.runtime_kind === "client" && row.cpu_user_us === ""));
      for (const label of ["swap-buffer", "no-hand-off"]) {
        const ok = rows.filter((row) => row.label === label && row.status === "ok");
        assert.ok(ok.length > 0 && ok.every((row) => row.delivered === "150"));
        assert.ok(ok.every((row) => Number(row.elapsed_us) > 0));
        const skipped = rows.find((row) => row.label === label && row.status === "skipped");
        assert.match(skipped!.detail, /messages of 1 to 8 bytes/);
      }
      const marks = readRows(join(out, "summary.csv")).filter((row) =>
        row.runtime === "own" && row.status === "ok" && row.label !== "empty"
      );
      assert.equal(marks.length, 2);
      assert.ok(marks.every(({ floor }) => ["true", "false"].includes(floor)), "as of a runtime");
      const resume = ["--resume", out, ...RUNTIMES];
      const refused = await runCommand("bench", ...resume);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /if it is to run, say so with --client/);
      const resumed = await runCommand("bench", ...resume, ...own);
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.equal((await runCommand("summarize", out)).code, 0);
    }),
);

test(
  "a client that lies has no number, and a row that says how",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const tight = ["--message-size", "8", "--capacity", "1KiB"];
      const { code, rows } = await compared(folder, Object.keys(LIES), ...tight);
      assert.equal(code, 1);
      for (const [fault, message] of Object.entries(LIES)) {
        const own = rows.filter(({ runtime }) => runtime === fault);
        assert.ok(own.length > 0, fault);
        for (const row of own) {
          assert.equal(row.elapsed_us, "", fault);
          assert.match(`${row.status}: ${row.detail}`, message, fault);
          assert.ok(["error", "corrupt", "lost"].includes(row.status), fault);
        }
      }
    }),
);

test(
  "a client is stopped where a process that it has started lives on",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const [path, pid] = [join(folder, "parent"), join(folder, "pid")];
      const describe = `[ "$1" = --describe ] && exec '${clientIn(folder, "")}' "$1"`;
      writeScript(path, `${describe}\nsleep 600 &\necho $! >> '${pid}'\nwait`);
      try {
        const { code, stdout } = await runCommand("check-client", "--timeout", "2s", path);
        assert.equal(code, 1, stdout);
        assert.match(stdout, VAIN.silent);
      } finally {
        for (const child of readFileSync(pid, "utf8").trim().split("\n")) {
          process.kill(Number(child));
        }
      }
    }),
);

test("clients/python keeps to the page", {
  ...SLOW,
  skip: !runs("python3") && "there is no python3",
}, () => keepsToThePage(at("../clients/python/client.py")));

test("clients/rust builds without a network, and keeps to the page", {
  ...SLOW,
  skip: !runs("cargo") && "there is no cargo",
}, async () => {
  const manifest = at("../clients/rust/Cargo.toml");
  // What the test under one runtime has built is used by the others.
  const target = at("../node_modules/.cache/fanin/rust");
  // Built without optimisation, since a release with link-time optimisation takes a minute and shows nothing more here.
  const args = ["build", "--locked", "--offline", "--quiet"];
  const where = ["--manifest-path", manifest, "--target-dir", target];
  const built = spawnSync("cargo", [...args, ...where], { encoding: "utf8" });
  assert.deepEqual([built.status, built.stderr], [0, ""]);
  await keepsToThePage(join(target, "debug/fanin-client"));
});

function runs(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

async function keepsToThePage(path: string): Promise<void> {
  const { code, stdout } = await runCommand("check-client", path);
  assert.equal(code, 0, stdout);
}
