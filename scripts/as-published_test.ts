/** The command as a person uses it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { currentRuntime } from "../bench/runtime.ts";
import type { AsPublished } from "./as_published/result_file.ts";
import { runCommand, startCommand, withFolder } from "./testing/cli.ts";

const { kind } = currentRuntime();
const RUNTIME = [
  "--runtimes",
  `${kind}=${process.execPath}`,
  "--listener-runtime",
  `${kind}=${process.execPath}`,
];
const SLOW = { timeout: 60_000 };

function resultIn(folder: string): AsPublished {
  return JSON.parse(readFileSync(join(folder, "as-published.json"), "utf8"));
}

test(
  "prints both kinds of arms, says what they are, and leaves no samples",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      const given = "--producers 16 --messages 50 --rounds 1 --timeout 0.2 --out".split(" ").concat(
        out,
      );
      const { code, stdout, stderr } = await runCommand("as-published", ...RUNTIME, ...given);
      assert.equal(code, 0, stderr + stdout);
      const [heading] = stdout.trimStart().split("\n");
      assert.equal(heading, "as published: not a measurement of anything that was delivered");
      assert.match(
        stdout,
        /When the mutex clock stopped, [\d.]+ % of the messages had been\s+sent/,
      );
      assert.match(stdout, /When the channel clock stopped, all had been sent/);
      assert.deepEqual(
        stdout.split("\n").filter((line) => line.length > 80 && !line.startsWith("written: ")),
        [],
      );

      assert.deepEqual(readdirSync(out), ["as-published.json"]);
      const { note, rows, stalls, failures } = resultIn(out);
      assert.equal(note, heading);
      assert.deepEqual(failures, []);
      assert.deepEqual(Object.fromEntries(rows.map(({ way, status }) => [way, status])), {
        "mutex as published": "as published",
        "channel as published": "as published",
        "swap-buffer": "ok",
        "channel:drain=each": "ok",
        "channel:drain=batch": "ok",
        "empty": "ok",
      });
      assert.ok(rows.every(({ elapsedUs, runtime }) => elapsedUs! > 0 && runtime === kind));
      assert.equal(stalls.length, 1);
      assert.equal(stalls[0].accepted < stalls[0].bytes, stalls[0].stalled);

      const again = await runCommand("as-published", ...RUNTIME, ...given);
      assert.match(again.stderr, /already holds results; choose another --out/);
      assert.equal(again.code, 2);
    }),
);

test("Ctrl-C keeps what was run and ends with 130", SLOW, () =>
  withFolder(async (folder) => {
    const out = join(folder, "out");
    const given = ["--producers", "2", "--rounds", "500", "--out", out];
    const { child, finished } = startCommand("as-published", [...RUNTIME, ...given]);
    const rows = () => {
      try {
        return resultIn(out).rows.length;
      } catch {
        return 0;
      }
    };
    while (rows() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    const { code, stdout } = await finished;
    assert.equal(code, 130);
    assert.match(stdout, /written: .*as-published\.json/);
    assert.ok(rows() > 0);
  }));

describe("bad input gets one line on what to do, and exit code 2", () => {
  const cases: [string[], RegExp][] = [
    [["--producers", "16,0"], /give whole numbers from 1 to \d+, such as 16,256/],
    [["--producers", "8192", "--messages", "5000"], /lower --producers or --messages/],
    [["--timeout", "soon"], /give a time such as/],
  ];
  for (const [args, message] of cases) {
    test(args.join(" "), SLOW, async () => {
      const { code, stderr, stdout } = await runCommand("as-published", ...RUNTIME, ...args);
      assert.match(stderr, message);
      assert.equal(code, 2);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
      assert.equal(stdout, "");
    });
  }
});
