/** The command reports what it does not accept, instead of ignoring it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runCommand } from "./testing/cli.ts";

const REFUSALS: [string[], string][] = [
  [["--seed", "3"], "--seed is that of the stalls: add --stress"],
  [
    ["--replay", "c", "--write-table"],
    "--write-table is for what a search finds: leave it out, or --replay",
  ],
  [
    ["--planted", "--replay", "c"],
    "--replay needs the name of what is planted: add it behind --planted",
  ],
];

for (const [args, said] of REFUSALS) {
  test(`explore ${args.join(" ")} is refused`, async () => {
    const { code, stdout, stderr } = await runCommand("explore", ...args);
    assert.deepEqual([code, stdout, stderr], [2, "", `explore: ${said}\n`]);
  });
}
