/** The command as a person uses it, under the runtime that runs this test. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime } from "../bench/runtime.ts";
import type { CpuProfile } from "./flame/cpu_profile.ts";
import { runCommand, withFolder } from "./testing/cli.ts";

const { kind } = currentRuntime();
const RUNTIME = ["--runtime", `${kind}=${process.execPath}`];
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SLOW = { timeout: 60_000 };

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.\w+$/.test(file)).sort();
}

test(
  "two strategies: a profile and a page a thread, and one page with both",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const { code, stdout, stderr } = await runCommand(
        "profile",
        ...RUNTIME,
        "--producers",
        "64",
        "--workers",
        "2",
        "--messages",
        "10000",
        "--seconds",
        "0.1",
        "--out",
        join(folder, "out"),
      );
      assert.equal(code, 0, stderr);
      const files = filesOf(join(folder, "out"));
      const threads = ["consumer", "worker-1", "worker-2"];
      assert.deepEqual(
        files,
        [
          "side-by-side.html",
          ...["async-lock", "swap-buffer"].flatMap((strategy) =>
            threads.flatMap((thread) => [
              `${strategy}/${thread}.cpuprofile`,
              `${strategy}/${thread}.html`,
            ])
          ),
        ].sort(),
      );
      const read = (file: string) => readFileSync(join(folder, "out", file), "utf8");
      for (const file of files) assert.ok(!read(file).includes(ROOT), `${file} names this machine`);
      for (const file of files.filter((name) => name.endsWith(".cpuprofile"))) {
        const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(read(file));
        assert.equal(timeDeltas.length, samples.length);
        assert.equal(nodes.reduce((sum, { hitCount }) => sum + hitCount, 0), samples.length);
        const frames = nodes.map(({ callFrame }) => callFrame);
        // A consumer that only waits in its event loop may never be sampled at work.
        if (file.includes("worker") || file.startsWith("swap-buffer")) {
          assert.ok(samples.length > 0, file);
          assert.ok(
            frames.some(({ url }) => url.startsWith("strategies/")),
            `${file}: no strategy`,
          );
        }
        const outside = frames.filter(({ functionName, url }) =>
          functionName === "#awaitSignal" || url === "bench/profile/sampler.ts" ||
          /inspector/.test(url)
        );
        assert.deepEqual(outside, [], "what is not part of a run");
      }
      assert.match(read("side-by-side.html"), /<h2>swap-buffer<\/h2>\s*<h2>async-lock<\/h2>/);
      assert.match(stdout, /Profiled, not a measurement/);
      assert.match(stdout, / worker-2, \d+ samples?\n +\d+\.\d % {2}\w+/);
      assert.match(stdout, /flame graph: .*side-by-side\.html/);
      assert.equal(stderr.trimEnd().split("\n").length, 2, stderr);
    }),
);

test("a folder that cannot be made is one line and exit code 2", SLOW, async () => {
  const { code, stderr, stdout } = await runCommand(
    "profile",
    ...RUNTIME,
    "--out",
    "/proc/nowhere",
  );
  assert.match(stderr, /^profile: cannot write to \/proc\/nowhere .*choose another --out\n$/);
  assert.deepEqual([code, stdout], [2, ""]);
});

test("a folder with something in it is not written to", SLOW, () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, "precious"), "");
    const { code, stderr } = await runCommand("profile", ...RUNTIME, "--out", folder);
    assert.equal(code, 2);
    assert.match(stderr, /is not empty/);
    assert.deepEqual(readdirSync(folder), ["precious"]);
  }));
