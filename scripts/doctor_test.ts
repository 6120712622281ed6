import assert from "node:assert/strict";
import { test } from "node:test";
import { currentRuntime } from "../bench/runtime.ts";
import { deviation, roundsFor } from "./report/doctor_report.ts";
import { pairedRatio } from "./statistics/inference.ts";
import { runCommand, withFolder } from "./testing/cli.ts";

test("the noise of one ratio comes back from the interval of their mean", () => {
  const logRatios = [0.1, -0.1, 0.2, -0.2, 0.05, -0.05];
  const spread = Math.sqrt(logRatios.reduce((sum, x) => sum + x * x, 0) / 5);
  assert.ok(Math.abs(deviation(pairedRatio(logRatios)!) - spread) < 1e-9);
});

test("half the difference takes four times the rounds, and no verdict takes fewer than 8", () => {
  const ratio = roundsFor(0.05, 0.2) / roundsFor(0.1, 0.2);
  assert.ok(ratio > 3 && ratio < 4.6, String(ratio));
  assert.equal(roundsFor(0.2, 0.001), 8);
});

test("doctor refuses what it cannot use, says its own defaults, and lists without measuring", async () => {
  const refusals: [string[], string][] = [
    [["--quick"], "one round, as --quick has, shows no noise: add --rounds 8, or more"],
    [
      ["--client", "c=/bin/true"],
      "doctor compares runtimes with themselves: leave --client to bench",
    ],
  ];
  for (const [args, said] of refusals) {
    const { code, stdout, stderr } = await runCommand("doctor", ...args, "--dry-run");
    assert.deepEqual([code, stdout, stderr], [2, "", `doctor: ${said}\n`]);
  }
  const list = await runCommand("doctor", "--list", "--runtimes", "none");
  assert.deepEqual([list.code, list.stderr], [0, ""]);
  assert.match(list.stdout, /^swap-buffer /m);
  assert.match((await runCommand("doctor", "--help")).stdout, /\(default:\s+swap-buffer\)/);
});

test(
  "doctor says what is there and measures it against itself",
  { timeout: 120_000 },
  () =>
    withFolder(async (folder) => {
      const { kind } = currentRuntime();
      const self = `${kind}=${process.execPath}`;
      const { code, stdout, stderr } = await runCommand(
        "doctor",
        ...["--runtimes", self, "--listener-runtime", self, "--producers", "3"],
        ...["--workers", "1", "--messages", "20", "--rounds", "2", "--no-report"],
        ...["--store", "2MiB"],
        ...["--out", `${folder}/out`],
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /cores for this process/);
      assert.match(stdout, /load of the last minute/);
      assert.match(stdout, new RegExp(`${kind} .*${process.execPath}`));
      assert.match(stdout, /every cell against itself/);
    }),
);
