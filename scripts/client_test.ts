/** Clients in other languages: what a comparison makes of them, and that the checker names every fault. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import papaparse from "papaparse";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { runCommand, withFolder } from "./testing/cli.ts";

const SLOW = { timeout: 120_000 };
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { kind } = currentRuntime();
const RUNTIME = `${kind}=${process.execPath}`;
const RUNTIMES = ["--runtimes", RUNTIME, "--listener-runtime", RUNTIME];
const SHAPE = "--producers 3 --messages 50 --workers 1 --rounds 1 --store 2MiB";
const CELL = ["--strategies", "swap-buffer", ...SHAPE.split(" ")];
const SIZES = ["--message-size", "1,8"];

function writeScript(path: string, line: string): void {
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}

/** The testing client as a program under the runtime that runs the test, with a planted fault. */
function clientIn(folder: string, fault: string): string {
  const path = join(folder, `client-${fault || "good"}`);
  const words = [process.execPath, ...runArguments(kind), at("testing/client.mjs")];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  writeScript(path, `FANIN_FAULT=${fault} exec ${quoted} "$@"`);
  return path;
}

const FAULTS: Record<string, RegExp> = {
  describe: /fault: --describe says client 9, not 1/,
  corrupt: /fault: .*corrupt/,
  forged: /fault: .*the listener says corrupt, the client ok/,
  seed: /fault: .*the header says seed 2, the task 1/,
  capacity: /fault: .*it wrote 2100 bytes at once, more than the capacity of 256 holds/,
  clock: /fault: .*elapsedUs is 1000000000, but/,
  twice: /fault: .*several lines/,
  silent: /fault: .*no answer within 2 s/,
  arm: /fault: an unknown arm is not answered with failed/,
  code: /fault: it ended with code 3/,
  stays: /fault: it does not end when its standard input does/,
};

test("the checker finds nothing in a good client", SLOW, () =>
  withFolder(async (folder) => {
    const { code, stdout, stderr } = await runCommand("check-client", clientIn(folder, ""));
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /no fault found/);
  }));

for (const [fault, message] of Object.entries(FAULTS)) {
  test(`the checker names a planted fault: ${fault}`, SLOW, () =>
    withFolder(async (folder) => {
      const path = clientIn(folder, fault);
      // Long enough for a good answer on a busy machine, where the fault is not that there is none.
      const patience = ["silent", "stays"].includes(fault) ? "2s" : "30s";
      const { code, stdout } = await runCommand("check-client", "--timeout", patience, path);
      assert.equal(code, 1, stdout);
      assert.match(stdout, message);
    }));
}

/** A comparison of the testing client with the runtime that runs the test: the command's end, and the client's rows. */
async function compared(folder: string, fault: string, ...args: string[]) {
  const own = ["--client", `own=${clientIn(folder, fault)}`];
  const out = join(folder, "out");
  const ended = await runCommand("bench", ...RUNTIMES, ...own, ...CELL, "--out", out, ...args);
  const text = readFileSync(join(out, "samples.csv"), "utf8").trimEnd();
  const { data } = papaparse.parse<Record<string, string>>(text, { header: true });
  return { ...ended, out, own, rows: data.filter(({ runtime }) => runtime === "own") };
}

test(
  "a client is a column, what it lacks is skipped, and a folder starts no program",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const { code, stdout, stderr, out, own, rows } = await compared(folder, "", ...SIZES);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /own 1\.0/);
      assert.ok(rows.every((row) => row.runtime_kind === "client" && row.cpu_user_us === ""));
      for (const label of ["swap-buffer", "no-hand-off"]) {
        const ok = rows.filter((row) => row.label === label && row.status === "ok");
        assert.ok(ok.length > 0 && ok.every((row) => row.delivered === "150"));
        assert.ok(ok.every((row) => Number(row.elapsed_us) > 0));
        const skipped = rows.find((row) => row.label === label && row.status === "skipped");
        assert.match(skipped!.detail, /messages of 1 to 1 bytes/);
      }
      const resume = ["--resume", out, ...RUNTIMES];
      const refused = await runCommand("bench", ...resume);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /if it is to run, say so with --client/);
      const resumed = await runCommand("bench", ...resume, ...own);
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.equal((await runCommand("summarize", out)).code, 0);
    }),
);

test("a client that spoils a byte has no number", SLOW, () =>
  withFolder(async (folder) => {
    const { code, stdout, rows } = await compared(folder, "corrupt");
    assert.equal(code, 1);
    assert.match(stdout, /own swap-buffer at 3 producers: corrupt, byte 75 of the stream/);
    assert.ok(rows.some((row) => row.label === "swap-buffer"));
    for (const row of rows) assert.deepEqual([row.status, row.elapsed_us], ["corrupt", ""]);
  }));

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
        assert.match(stdout, FAULTS.silent);
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
  // What one runtime's test has built serves the others'.
  const target = at("../node_modules/.cache/fanin/rust");
  // Without optimisation: a release with link-time optimisation takes a minute, and says nothing more here.
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
