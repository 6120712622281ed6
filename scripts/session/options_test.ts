/** What a refusal recommends is taken, and reads as it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../cli/command.ts";
import { argumentsOf } from "./arguments.ts";
import { OPTION_TABLE } from "./option_table.ts";
import { readOptions } from "./options.ts";

const read = (...argv: string[]) => readOptions("bench", ["", "", ...argv]);

const REFUSED: [string, string][] = [
  ["--workers", "0"],
  ["--workers", "129"],
  ["--workers", "1..8192"],
  ["--message-size", "64KB"],
  ["--message-size", "65537"],
  ["--producers", "0"],
  ["--producers", "1..x"],
];
for (const [option, value] of REFUSED) {
  test(`the hint of ${option} ${value} can be followed`, () => {
    assert.throws(() => read(option, value), (error: Error) => {
      assert.ok(error instanceof UsageError && !error.message.includes("\n"), error.message);
      const [, list, powers] = /such as (\S+), or (\S+) for the powers of two$/.exec(
        error.message,
      )!;
      read(option, list);
      read(option, powers);
      return true;
    });
  });
}

test("times, sizes and counts are written as people write them", () => {
  const times: [string, number][] = [["500ms", 500], ["5s", 5_000], ["2m", 120_000], ["7", 7_000]];
  for (const [text, ms] of times) {
    assert.equal(read("--timeout", text).timeoutMs, ms);
    assert.equal(read("--budget", text).budgetMs, ms);
  }
  assert.deepEqual(read("--message-size", "1,64,1KiB").messageBytes, [1, 64, 1_024]);
  assert.equal(read("--capacity", "64KiB").capacity, 65_536);
  assert.equal(read("--messages", "1e6").messages, 1_000_000);
  assert.equal(read("--total", "1_000").total, 1_000);
  for (const bad of ["5x", "-1s", "0ms", ""]) {
    assert.throws(() => read("--timeout", bad), /--timeout/);
  }
  for (const bad of ["1.5", "1e-3", "1e99"]) {
    assert.throws(() => read("--messages", bad), /--messages/);
  }
});

test("--explain chooses the way from the slowest to the fastest, and is recorded", () => {
  const options = read("--explain");
  assert.deepEqual([options.preset, options.producers, options.rounds], ["explain", [512], 5]);
  const [first, ...others] = options.subjects.map(({ entry }) => entry.name);
  assert.equal(first, "channel");
  assert.ok(others.includes("sharded-rings"));
  assert.deepEqual(read(...argumentsOf(options)), options);
  assert.throws(() => read("--explain", "--quick"), /cannot be used with/);
});

test("every option that says what is measured is recorded, and no plan can change it", () => {
  const free = OPTION_TABLE.filter(({ recorded }) => recorded === undefined).map(({ key }) => key);
  assert.deepEqual(
    free.sort(),
    [
      "allowChangedEnvironment",
      "allowSkipped",
      "dryRun",
      "list",
      "out",
      "report",
      "resume",
      "save",
    ],
  );
});
