/** What --cpus takes, and that every process of a comparison runs on these CPUs and on no others. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { currentRuntime } from "../../bench/runtime.ts";
import type { CellSpec } from "../../bench/process/spec.ts";
import { UsageError } from "../cli/command.ts";
import { runCommand, withFolder } from "../testing/cli.ts";
import { argumentsOf } from "../session/arguments.ts";
import { cellRunner } from "./cell_process.ts";
import { startListenerProcess } from "./listener_process.ts";
import { readOptions } from "../session/options.ts";
import { allowedCpus, type Host, parseCpus, pinned, thisHost } from "./pinning.ts";

const HOST: Host = { platform: "linux", hasTaskset: true, allowed: "0-3,8" };

test("a list of numbers and ranges, each CPU once", () => {
  assert.deepEqual(parseCpus("0", HOST), [0]);
  assert.deepEqual(parseCpus("8, 1-2,2,0", HOST), [0, 1, 2, 8]);
});

const REFUSED: [string, Partial<Host>, RegExp][] = [
  ...["", "x", "0,", "-1", "3-1", "0-9999", "0.5", "0;1", "1..3"].map((
    list,
  ): [string, Partial<Host>, RegExp] => [list, {}, /: give the numbers of CPUs/]),
  ["0,4", {}, /^--cpus 0,4: this process may only use 0-3,8$/],
  ["0", { platform: "darwin" }, /needs the program taskset of Linux/],
  ["0", { hasTaskset: false }, /needs the program taskset of Linux/],
  ["0", { allowed: null }, /does not tell which CPUs/],
];
for (const [list, host, pattern] of REFUSED) {
  test(`refused: "${list}" ${JSON.stringify(host)}`, () => {
    assert.throws(
      () => parseCpus(list, { ...HOST, ...host }),
      (error: Error) => error instanceof UsageError && pattern.test(error.message),
    );
  });
}

test("without a list a program is started as it is", () => {
  assert.deepEqual(pinned(null, "/bin/x", ["a", "b"]), ["/bin/x", ["a", "b"]]);
});

const allowed = allowedCpus();
/** The last CPU that this process may use, since a process may get the first one by chance. */
const last = /\d+$/.exec(allowed ?? "")?.[0] ?? "";
/** Not every system can pin; the tests that are skipped for it say so. */
const CAN_PIN = {
  skip: thisHost().hasTaskset && allowed !== null
    ? false
    : "needs Linux and its program taskset on the PATH",
};
/** Stands in for a runtime: prints where it may run, then does as little as possible. */
const STAND_IN = `#!/bin/sh
if [ "$1" = --version ]; then echo v1.0; exit; fi
grep Cpus_allowed_list /proc/self/status > "$0.cpus"
case "$*" in *--port*) echo "listening on 127.0.0.1:1 " && cat > /dev/null ;; esac
`;

test(
  "cells and the listener run on the CPUs that were named",
  CAN_PIN,
  () =>
    withFolder(async (folder) => {
      const path = join(folder, "node");
      writeFileSync(path, STAND_IN);
      chmodSync(path, 0o755);
      const seen = () => /(\S+)\s*$/.exec(readFileSync(`${path}.cpus`, "utf8"))?.[1];
      const cell = async (cpus: number[] | null) => {
        const runtime = { kind: "node", version: "1", path, source: path, label: "node" } as const;
        const limits = { timeoutMs: 60_000, signal: new AbortController().signal };
        await cellRunner(cpus)(runtime, {} as CellSpec, limits);
        return seen();
      };
      assert.equal(await cell([Number(last)]), last);
      assert.equal(await cell(null), allowed);
      const listen = async (cpus: number[] | null) => {
        await (await startListenerProcess(`node=${path}`, 1, cpus)).stop();
        return seen();
      };
      assert.equal(await listen([Number(last)]), last);
      assert.equal(await listen(null), allowed);
    }),
);

test(
  "Workers, and what counts as oversubscribed, follow the list",
  CAN_PIN,
  () =>
    withFolder(async (folder) => {
      const read = (...argv: string[]) => readOptions("bench", ["", "", ...argv]);
      const options = read("--cpus", last);
      assert.deepEqual([options.cpus, options.workers], [[Number(last)], [1]]);
      assert.deepEqual(read("--cpus", last, "--workers", "3").workers, [3]);
      assert.deepEqual(read(...argumentsOf(options)), options);

      const out = join(folder, "out");
      const { code, stderr } = await runCommand(
        "bench",
        ...["--cpus", last, "--sink", "none", "--strategies", "empty", "--producers", "1"],
        ...["--runtimes", `${currentRuntime().kind}=${process.execPath}`],
        ...["--messages", "1", "--message-size", "8", "--rounds", "1", "--out", out],
        // All of the listener's store would be touched before the first run.
        ...["--store", "1MiB"],
      );
      assert.equal(code, 0, stderr);
      const environment = JSON.parse(readFileSync(join(out, "environment.json"), "utf8"));
      assert.deepEqual(environment.options.cpus, [Number(last)]);
      assert.equal(environment.machine.cpusAllowed, allowed);
      const [header, row] = readFileSync(join(out, "samples.csv"), "utf8").split("\n");
      const column = (name: string) => row.split(",")[header.split(",").indexOf(name)];
      // A Worker and the consumer are two threads, for which two CPUs would have been enough.
      assert.deepEqual([column("workers"), column("oversubscribed")], ["1", "true"]);
    }),
);

test("a list that cannot be is one line and exit code 2", async () => {
  const { code, stderr, stdout } = await runCommand("bench", "--cpus", "1-0");
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^bench: --cpus 1-0: give the numbers of CPUs, such as 0,1 or 0-3,8\n$/);
});
