/** What a refusal recommends is taken, and reads as it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PEERS } from "../../bench/peers/registry.ts";
import { UsageError } from "../cli/command.ts";
import { argumentsOf } from "./arguments.ts";
import { sizeTitle } from "../results/message_size.ts";
import { keyOf, OPTION_TABLE } from "./option_table.ts";
import { EXAMPLES, readOptions } from "./options.ts";

const read = (...argv: string[]) => readOptions("bench", ["", "", ...argv]);

const REFUSED: [string, string][] = [
  ["--workers", "0"],
  ["--workers", "129"],
  ["--workers", "1..8192"],
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

test("sizes are a list, of which each may be a mix", () => {
  const sizes = (text: string) =>
    read("--message-size", text).messageSizes.map(sizeTitle).join(" ");
  assert.equal(sizes("1KiB,64,1,64"), "1 64 1024");
  assert.equal(sizes("16..4KiB,64..64,8,8..16"), "8 8..16 64 16..4096");
  for (
    const bad of ["64KB", "65537", "16..65537", "64..16", "1..64", "4..8", "3", "8..9..10", ""]
  ) {
    assert.throws(
      () => read("--message-size", bad),
      (error: Error) => error instanceof UsageError && !error.message.includes("\n"),
      bad,
    );
  }
  const options = read("--message-size", "64,16..4096");
  assert.deepEqual(read(...argumentsOf(options)), options);
  const drop = ["--overflow", "drop-newest", "--strategies", "swap-buffer"];
  for (const argv of [["--load", "50%"], ["--rate", "20k"], ["--sweep"], drop]) {
    assert.throws(() => read("--message-size", "16..4096", ...argv), /messages of one size/);
  }
});

test("--explain chooses the way from the slowest to the fastest, and is recorded", () => {
  const options = read("--explain");
  assert.deepEqual([options.preset, options.producers, options.rounds], ["explain", [512], 8]);
  const [first, ...others] = options.subjects.map(({ entry }) => entry.name);
  assert.equal(first, "channel");
  assert.ok(others.includes("sharded-rings"));
  assert.deepEqual(read(...argumentsOf(options)), options);
  assert.throws(() => read("--explain", "--quick"), /cannot be used with/);
});

test("runs are of equal length unless their messages are given, and --post gives the post's", () => {
  assert.deepEqual([read().runTimeMs, read().messages, read().total], [10, null, null]);
  assert.equal(read("--run-time", "20ms").runTimeMs, 20);
  const post = read("--post");
  assert.deepEqual([post.messages, post.rounds, post.timeoutMs], [1_000, 8, 4_000]);
  assert.deepEqual(post.producers, [1, 16, 256, 1_024, 8_192]);
  assert.deepEqual(read(...argumentsOf(post)), { ...post, preset: "default" });
  for (const other of [["--messages", "5"], ["--total", "5"], ["--post"]]) {
    assert.throws(() => read("--run-time", "5ms", ...other), /cannot be used with/);
  }
});

test("what the same means is fixed before the run, and recorded", () => {
  assert.equal(read().sameWithin, 0.1);
  const options = read("--same-within", "3%");
  assert.equal(options.sameWithin, 0.03);
  assert.deepEqual(read(...argumentsOf(options)), options);
});

test("every option that says what is measured is recorded, and no plan can change it", () => {
  const free = OPTION_TABLE.filter(({ recorded }) => recorded === undefined).map(keyOf);
  assert.deepEqual(
    free.sort(),
    [
      "allowChangedEnvironment",
      "allowSkipped",
      "dryRun",
      "list",
      "memoryBytes",
      "out",
      // What they stand for is recorded.
      "preset",
      "preset",
      "preset",
      "report",
      "resume",
      "save",
      // --overflow, which is recorded as a parameter of the strategies.
      "subjects",
    ],
  );
});

test("a hand-off that drops is refused where its loss could not be proven, and kept by a plan", () => {
  const sized = ["--message-size", "64"];
  const drop = ["--overflow", "drop-newest"];
  const refused = [
    drop,
    ["--strategies", "swap-buffer:overflow=drop-oldest"],
    [...drop, ...sized, "--strategies", "channel"],
    ["--overflow", "drop-oldest", ...sized, "--strategies", "sharded-rings"],
    [...drop, ...sized, "--load", "50%"],
    [...drop, ...sized, "--sweep"],
    [...drop, "--workload", "domains"],
    [...drop, ...sized, "--producers", "65537"],
  ];
  for (const argv of refused) {
    assert.throws(
      () => read(...argv),
      (error: Error) => error instanceof UsageError && !error.message.includes("\n"),
      argv.join(" "),
    );
  }
  const all = read(...drop, ...sized);
  const strategies = all.subjects.filter(({ entry }) => entry.kind !== "control");
  assert.ok(strategies.length > 1);
  assert.ok(strategies.every(({ params }) => params.overflow === "drop-newest"));
  assert.deepEqual(read(...argumentsOf(all)).subjects, all.subjects);
  assert.ok(read(...sized).subjects.every(({ params }) => !("overflow" in params)));
});

const LINES_REFUSED: string[][] = [
  ["--generate"],
  ["--generate", "--workload", "filler"],
  ["--workload", "domains", "--message-size", "400"],
  ["--workload", "filler", "--message-size", "1"],
  ["--workload", "domains", "--load", "50%"],
  ["--workload", "filler", "--rate", "20k"],
  ["--workload", "domains", "--sweep"],
];
for (const argv of LINES_REFUSED) {
  test(`${argv.join(" ")} is refused in a line that names what to change`, () => {
    assert.throws(() => read(...argv), (error: Error) => {
      assert.ok(error instanceof UsageError && !error.message.includes("\n"), error.message);
      assert.match(error.message, /give --workload domains$|leave --/);
      return true;
    });
  });
}

test("a workload of lines is recorded, and its messages have no one size", () => {
  const workloads = [["--workload", "filler"], ["--workload", "domains"], [
    "--workload",
    "domains",
    "--generate",
  ]];
  const options = workloads.map((argv) => read(...argv));
  assert.deepEqual(
    options.map(({ workload }) => workload),
    ["filler", "domains", "domains generated"],
  );
  for (const one of options) assert.deepEqual(read(...argumentsOf(one)), one);
});

test("peers stands for all of them, and none is in the default matrix", () => {
  const names = (...argv: string[]) => read(...argv).subjects.map(({ entry }) => entry.name);
  const peers = PEERS.flatMap(({ name, forms = [{}] }) => forms.map(() => name));
  assert.deepEqual(names("--strategies", "channel, peers"), ["channel", ...peers, "empty"]);
  assert.ok(names().every((name) => !peers.includes(name)));
  const options = read("--strategies", "peers");
  assert.deepEqual(read(...argumentsOf(options)), options);
});

test("work between messages is a list, is recorded, and shows what it is without a hand-off", () => {
  const subjects = (...argv: string[]) => read(...argv).subjects.map(({ entry }) => entry.name);
  const one = ["--strategies", "swap-buffer"];
  const options = read(...one, "--work-us", "10,0,100");
  assert.deepEqual(options.workUs, [0, 10, 100]);
  assert.deepEqual(read(...argumentsOf(options)), options);
  assert.deepEqual(subjects(...one, "--work-us", "5"), ["swap-buffer", "no-handoff", "empty"]);
  assert.deepEqual(subjects(...one, "--work-us", "0"), ["swap-buffer", "empty"]);
  assert.ok(!subjects().includes("no-handoff"));
  assert.ok(subjects("--workload", "domains", "--generate").includes("no-handoff"));
  for (const load of [["--load", "50%"], ["--rate", "20k"], ["--sweep"]]) {
    assert.throws(
      () => read("--message-size", "64", "--work-us", "5", ...load),
      /cannot be used with/,
    );
  }
});

test("a budget is a day at most", () => {
  assert.equal(readOptions("bench", ["node", "bench", "--budget", "24h"]).budgetMs, 86_400_000);
  assert.throws(
    () => readOptions("bench", ["node", "bench", "--budget", "25h"]),
    /from 1ms to 24h/i,
  );
});

test("every example of the help is a command that bench takes", () => {
  const lines = EXAMPLES.split("\n").filter((line) => line.startsWith("  npm run bench -- "));
  assert.ok(lines.length > 10);
  for (const line of lines) {
    const [words] = line.trim().replace("npm run bench -- ", "").split(/ {2,}/);
    // It names a folder that does not exist here.
    if (words.startsWith("--resume")) continue;
    assert.doesNotThrow(() => readOptions("bench", ["node", "bench", ...words.split(" ")]), line);
  }
});
