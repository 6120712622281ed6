/** What counts as another environment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FIXED_BY_PLAN } from "./option_table.ts";
import { recordedOptions } from "./recorded_options.ts";
import { readOptions } from "./options.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { changesOf as changesBetween } from "../results/environment_differences.ts";
import { describeEnvironment, type Environment } from "../results/environment.ts";

const NODE: Runtime = {
  kind: "node",
  version: "1",
  path: "/home/me/node",
  source: "/home/me/node",
  label: "node",
};

function environment(change: Partial<Environment> = {}, ...argv: string[]): Environment {
  const options = readOptions("bench", [
    "",
    "",
    "--listener-runtime",
    "node=/home/me/node",
    ...argv,
  ]);
  return {
    ...describeEnvironment("now", recordedOptions(options), [NODE]),
    commit: "a",
    ...change,
  };
}
const base = environment();
const changesOf = (recorded: Environment, current: Environment) =>
  changesBetween(recorded, current, FIXED_BY_PLAN);
const changes = (current: Environment) => changesOf(base, current);

test("the same machine, versions and options at another time are no change", () => {
  assert.deepEqual(changes({ ...environment({ session: "later", notes: ["x"] }) }), []);
  assert.deepEqual(changes(environment({}, "--timeout", "7")), []);
});

test("each fact that may move a number is one", () => {
  const machine = base.machine;
  const facts: [RegExp, Partial<Environment>][] = [
    [/^kernel was ".*", is "x"$/, { machine: { ...machine, kernel: "x" } }],
    [/^cpu was/, { machine: { ...machine, cpu: "x" } }],
    [/^cores was \d+, is 4096$/, { machine: { ...machine, cores: 4_096 } }],
    [/^commit was "a", is "b"$/, { commit: "b" }],
    [/^runtime node was "1", is "2"$/, { runtimes: [{ ...base.runtimes[0], version: "2" }] }],
    [/^runtime node was "1", is null$/, { runtimes: [] }],
  ];
  for (const [pattern, change] of facts) {
    const lines = changes(environment(change));
    assert.equal(lines.length, 1, String(pattern));
    assert.match(lines[0], pattern);
  }
  assert.deepEqual(changes(environment({}, "--seed", "7")), ["option seed was 1, is 7"]);
  const [old, now] = ["1", "2"].map((comlink) => environment({ peers: { comlink } }));
  assert.deepEqual(changesOf(old, now), ['peer comlink was "1", is "2"']);
  assert.deepEqual(changesOf(base, now), []);
});

test("what one side does not know is no change", () => {
  assert.deepEqual(changes(environment({ commit: null })), []);
  const { commit: _commit, ...older } = base;
  assert.deepEqual(changesOf(older as Environment, base), []);
});

test("a file from elsewhere cannot write to the terminal", () => {
  const machine = { ...base.machine, cpu: "\u001b[2J\n\u009bx", kernel: "k".repeat(999) };
  const lines = changes(environment({ machine }));
  assert.equal(lines.length, 2);
  // deno-lint-ignore no-control-regex
  for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]|k{101}/);
});

test("no path of a person is recorded", () => {
  assert.doesNotMatch(JSON.stringify(environment({}, "--runtimes", "node=/home/me/node")), /home/);
});
