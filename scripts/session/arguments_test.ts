/** What a folder holds of its plan reads as the options that made it. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../cli/command.ts";
import { withFolder } from "../testing/cli.ts";
import { argumentsOf } from "./arguments.ts";
import { readOptions } from "./options.ts";

const read = (...argv: string[]) => readOptions("bench", ["", "", ...argv]);

const CASES = [
  "",
  "--quick",
  "--full --rounds 2",
  "--runtimes node=/opt/node,bun=system,deno --listener-runtime deno=/opt/deno",
  "--strategies channel:drain=batch,sharded-rings:publish=7 --producers 1..64 --workers 1,3",
  "--messages 17 --message-size 1,64 --turn 5 --capacity 1MiB --seed 9 --timeout 7 --store 1KiB",
  "--total 1000 --sink none",
  "--post",
  "--run-time 25ms --same-within 3%",
  "--runtimes before=node:/opt/node,after=node",
  "--listener [::1]:7070",
  "--listener localhost:7070",
  "--client rust=/opt/rust --client python=/opt/python",
];

for (const line of CASES) {
  test(`read, written and read again: ${line || "nothing given"}`, () => {
    const options = read(...line.split(" ").filter((word) => word !== ""));
    // A preset is recorded as what it stands for.
    assert.deepEqual(read(...argumentsOf(options)), { ...options, preset: "default" });
  });
}

test("a relative path of a runtime holds from every folder", () => {
  const listed = argumentsOf(read("--runtimes", "node=./bin/node,bun"))[1];
  assert.equal(listed, `node=${join(process.cwd(), "bin/node")},bun`);
});

test("--resume takes the plan from the folder, and a few things anew", () =>
  withFolder(async (folder) => {
    const plan = (value: Record<string, unknown>) =>
      writeFileSync(
        join(folder, "plan.json"),
        JSON.stringify({ messages: {}, rates: {}, ...value }),
      );
    const refused = (pattern: RegExp, ...argv: string[]) =>
      assert.throws(
        () => read(...argv),
        (error: Error) => error instanceof UsageError && pattern.test(error.message),
      );
    const first = read("--producers", "3", "--seed", "5", "--strategies", "channel");
    plan({ command: "bench", arguments: argumentsOf(first) });
    assert.deepEqual(read("--resume", folder), { ...first, resume: folder });
    assert.deepEqual(
      read("--resume", folder, "--timeout", "9", "--dry-run", "--allow-changed-environment"),
      {
        ...first,
        resume: folder,
        timeoutMs: 9_000,
        dryRun: true,
        allowChangedEnvironment: true,
      },
    );
    refused(/leave out --producers, --out$/, "--resume", folder, "--out", "x", "--producers", "3");
    refused(/belongs to --resume/, "--allow-changed-environment");
    refused(/holds no plan.json/, "--resume", join(folder, "nowhere"));

    plan({ command: "explain", arguments: [] });
    refused(/was not begun by bench/, "--resume", folder);
    plan({ command: "bench", arguments: ["--resume", folder] });
    refused(/not one that bench has written/, "--resume", folder);
    plan({ command: "bench", arguments: "--quick" });
    refused(/is no plan/, "--resume", folder);
    plan({ command: "bench", arguments: ["--producers", "many"] });
    refused(/--producers many/, "--resume", folder);
    await Promise.resolve();
  }));

test("a plan that names a program does not choose what runs here", () =>
  withFolder((folder) => {
    const program = join(folder, "evil.sh");
    const marker = join(folder, "it-ran");
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\necho v26.0.0\n`, { mode: 0o755 });
    const write = (args: string[]) =>
      writeFileSync(
        join(folder, "plan.json"),
        JSON.stringify({ command: "bench", arguments: args, messages: {}, rates: {} }),
      );
    const resume = (...more: string[]) =>
      readOptions("bench", ["", "", "--resume", folder, "--dry-run", ...more]);
    for (
      const args of [
        ["--runtimes", `node=${program}`],
        [`--runtimes=deno,node=${program}`],
        ["--listener-runtime", `node=${program}`],
        ["--client", `own=${program}`],
        [`--client=own=${program}`],
      ]
    ) {
      write(args);
      assert.throws(
        () => resume(),
        /names a program of its own .*; if it is to run, say so with --/,
      );
    }
    write(["--runtimes", `node=${program}`]);
    assert.equal(resume("--runtimes", "node").runtimes, "node");
    // Clients of the command line take the place of the plan's; they do not join them.
    for (const args of [["--client", `own=${program}`], [`--client=own=${program}`]]) {
      write([...args, "--producers", "7"]);
      const { clients, producers } = resume("--client", "own=/opt/own");
      assert.deepEqual([clients, producers], [["own=/opt/own"], [7]]);
    }
    assert.ok(!existsSync(marker));
    return Promise.resolve();
  }));
