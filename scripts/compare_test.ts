/** `compare` and `summarize` as a person uses them, on folders of made-up rows. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { random } from "../bench/workload/random.ts";
import { ResultsFolder } from "./results/folder.ts";
import { runCommand, withFolder } from "./testing/cli.ts";
import { madeUpSample } from "./testing/samples.ts";

const SLOW = { timeout: 60_000 };

function makeFolder(path: string, us: number, cores = 2, rounds = 8): string {
  const next = random(us);
  const folder = ResultsFolder.create(path);
  folder.writeEnvironment({ machine: { cores }, runtimes: [{ label: "node", version: "1" }] });
  folder.add(
    Array.from(
      { length: rounds },
      (_, at) => madeUpSample("swap-buffer", at + 1, us * (1 + 0.02 * next())),
    ),
  );
  return path;
}

test(
  "a regression is told, and ends with 3 where that was asked for",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const before = makeFolder(join(folder, "before"), 1_000);
      const after = makeFolder(join(folder, "after"), 1_200);
      const told = await runCommand("compare", before, after);
      assert.equal(told.code, 0, told.stderr);
      assert.match(told.stdout, /swap-buffer +10 .* 1\.2\d? \(1\.\d+–1\.\d+\) +slower/);
      const failed = await runCommand("compare", before, after, "--fail-on-regression", "10%");
      assert.equal(failed.code, 3);
      assert.match(failed.stdout, /regression: node swap-buffer at 10 producers takes 1\.2\d? \(/);
      const tolerated = await runCommand("compare", before, after, "--fail-on-regression", "30%");
      assert.equal(tolerated.code, 0);
      // Three noisy rounds show neither that it became slower nor that it did not.
      const few = makeFolder(join(folder, "few"), 1_000, 2, 3);
      const unknown = await runCommand("compare", before, few, "--fail-on-regression", "1%");
      assert.equal(unknown.code, 4, unknown.stdout);
      assert.match(unknown.stdout, /undecided: node swap-buffer at 10 producers takes/);
      assert.equal((await runCommand("compare", before, few)).code, 0);
      const one = makeFolder(join(folder, "one"), 1_300, 2, 1);
      const single = await runCommand("compare", before, one, "--fail-on-regression", "10%");
      assert.equal(single.code, 4, single.stdout);
      assert.match(
        single.stdout,
        /undecided: node swap-buffer at 10 producers has too few processes/,
      );
      // Mostly the fixed cost of a run: not compared, which the README says.
      const small = (name: string) => {
        const path = makeFolder(join(folder, name), 1_000);
        ResultsFolder.reopen(path).add(
          Array.from({ length: 8 }, (_, at) => madeUpSample("empty", at + 1, 900)),
        );
        return path;
      };
      const fixed = await runCommand(
        "compare",
        ...[small("small"), small("as-small"), "--fail-on-regression", "10%"],
      );
      assert.deepEqual([fixed.code, /no figure/.test(fixed.stdout)], [0, true], fixed.stdout);
      const faster = await runCommand("compare", after, before, "--fail-on-regression", "10%");
      assert.deepEqual([faster.code, /faster/.test(faster.stdout)], [0, true]);
    }),
);

test(
  "two of one run are compared by rounds, over every P",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const path = join(folder, "both");
      const both = ResultsFolder.create(path);
      both.writeEnvironment({ machine: { cores: 2 }, runtimes: [], options: {} });
      const next = random(1);
      for (let round = 1; round <= 10; round++) {
        // What slows the machine for a while slows both, so only pairs show the difference.
        const slow = 1 + next();
        for (const [runtime, us] of [["old", 1_000], ["new", 1_150]] as const) {
          for (const producers of [1, 16]) {
            const elapsed = us * slow * (1 + 0.02 * next());
            both.add([madeUpSample("swap-buffer", round, elapsed, { runtime, producers })]);
          }
        }
      }
      const between = (...args: string[]) => runCommand("compare", path, "--between", ...args);
      const told = await between("old,new", "--fail-on-regression", "10%");
      assert.equal(told.code, 3, told.stdout + told.stderr);
      assert.match(told.stdout, /regression: new swap-buffer over every P takes 1\.1\d/);
      assert.equal((await between("old,new", "--fail-on-regression", "25%")).code, 0);
      assert.equal((await between("new,old", "--fail-on-regression", "10%")).code, 0);
      both.add([madeUpSample("swap-buffer", 11, null, { runtime: "new", producers: 16 })]);
      assert.equal((await between("old,new", "--fail-on-regression", "25%")).code, 1);
      // A cell without a counterpart is reported.
      const alone = ResultsFolder.create(join(folder, "alone"));
      alone.writeEnvironment({ machine: { cores: 2 }, runtimes: [], options: {} });
      for (let round = 1; round <= 10; round++) {
        for (const runtime of ["old", "new"]) {
          alone.add([madeUpSample("swap-buffer", round, 1_000 + next(), { runtime })]);
        }
        alone.add([madeUpSample("atomic-swap", round, 1_000, { runtime: "new" })]);
      }
      const args = ["--between", "old,new", "--fail-on-regression", "25%"];
      const partial = await runCommand("compare", alone.path, ...args);
      assert.equal(partial.code, 1);
      assert.match(partial.stdout, /no figure any more: new atomic-swap at 10 producers/);
      const once = ResultsFolder.create(join(folder, "once"));
      once.writeEnvironment({ machine: { cores: 2 }, runtimes: [], options: {} });
      for (const runtime of ["old", "new"]) {
        once.add([madeUpSample("swap-buffer", 1, 1_000, { runtime })]);
      }
      const single = await runCommand("compare", once.path, ...args);
      assert.equal(single.code, 4, single.stdout);
      assert.match(single.stdout, /undecided: new swap-buffer over every P has too few processes/);
      for (const wrong of ["old", "old,other", "old,new,more"]) {
        const { code, stderr } = await between(wrong);
        assert.deepEqual([code, stderr.trim().split("\n").length], [2, 1], stderr);
      }
    }),
);

test(
  "another machine is said and refused, unless told otherwise",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const before = makeFolder(join(folder, "before"), 1_000);
      const after = makeFolder(join(folder, "after"), 1_000, 4);
      const refused = await runCommand("compare", before, after);
      assert.equal(refused.code, 1);
      assert.match(refused.stdout, /! machine\.cores: 2, then 4/);
      assert.match(refused.stderr, /not measured under the same conditions \(machine\.cores\)/);
      const told = await runCommand("compare", before, after, "--allow-different-environments");
      assert.equal(told.code, 0);
      assert.match(told.stdout, /\bsame\b/);
    }),
);

test(
  "two sessions on one machine are the same environment",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const before = makeFolder(join(folder, "before"), 1_000);
      const after = makeFolder(join(folder, "after"), 1_000);
      const environment = join(after, "environment.json");
      const recorded = JSON.parse(readFileSync(environment, "utf8"));
      writeFileSync(
        environment,
        JSON.stringify({ ...recorded, session: "later", notes: ["resumed"] }),
      );
      const same = await runCommand("compare", before, after);
      assert.equal(same.code, 0, same.stderr);
      assert.doesNotMatch(same.stdout, /environments differ/);
      assert.match(same.stdout, /session: /);
      writeFileSync(environment, JSON.stringify({ ...recorded, commit: "another" }));
      assert.match((await runCommand("compare", before, after)).stdout, /environments differ/);
    }),
);

test("wrong usage is one line and 2", SLOW, () =>
  withFolder(async (folder) => {
    const before = makeFolder(join(folder, "before"), 1_000);
    for (
      const args of [
        [before],
        [before, join(folder, "nothing")],
        [before, before, "--fail-on-regression", "much"],
      ]
    ) {
      const { code, stderr } = await runCommand("compare", ...args);
      assert.deepEqual([code, stderr.trim().split("\n").length], [2, 1], stderr);
    }
  }));

test(
  "summarize makes from samples.csv alone what a run had made",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const path = makeFolder(join(folder, "run"), 1_000);
      const first = await runCommand("summarize", path);
      assert.equal(first.code, 0, first.stderr);
      const pages = () =>
        ["summary.csv", "summary.md"].map((file) => readFileSync(join(path, file), "utf8"));
      const made = pages();
      for (const file of ["summary.csv", "summary.md"]) rmSync(join(path, file));
      assert.equal((await runCommand("summarize", path)).code, 0);
      assert.deepEqual(pages(), made);
      assert.match(made[1], /^# Summary\n/);
      assert.equal((await runCommand("summarize", folder)).code, 2);
    }),
);

test("rows are kept as they are on the disk, to the last digit", () =>
  withFolder((folder) => {
    const results = ResultsFolder.create(join(folder, "run"));
    results.writeEnvironment({});
    results.add([1 / 3, 1e9 / 7].map((us, at) => madeUpSample("swap-buffer", at + 1, us)));
    assert.deepEqual(results.samples, ResultsFolder.read(results.path).samples);
    return Promise.resolve();
  }));
