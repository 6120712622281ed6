import assert from "node:assert/strict";
import { test } from "node:test";
import { currentRuntime } from "../../bench/runtime.ts";
import { UsageError } from "../cli/command.ts";
import { findRuntimes, formatRuntime, hasPath, parseRuntime } from "./runtimes.ts";

const { kind } = currentRuntime();
const self = process.execPath;

test("a runtime is a kind, with a source, or with a name of somebody's own", () => {
  assert.deepEqual(parseRuntime("deno"), { name: null, kind: "deno", source: "pinned" });
  assert.deepEqual(parseRuntime("bun=/x/bun"), { name: null, kind: "bun", source: "/x/bun" });
  assert.deepEqual(parseRuntime("before=node:system"), {
    name: "before",
    kind: "node",
    source: "system",
  });
  assert.deepEqual(parseRuntime("a=node"), { name: "a", kind: "node", source: "pinned" });
  for (const text of ["deno=pinned", "bun=/x=y/bun", "before=node:/x:y/node"]) {
    assert.equal(formatRuntime(parseRuntime(text)), text);
  }
  assert.ok(hasPath(parseRuntime("a=node:/x")) && !hasPath(parseRuntime("a=node")));
});

test("a name that is a kind, or none, is refused in one line", () => {
  for (const text of ["deno=bun", "node=node:/x", "ruby", "x=ruby", "x=", "a b=node", ".x=node"]) {
    assert.throws(
      () => parseRuntime(text),
      (error: Error) =>
        error instanceof UsageError && !error.message.includes("\n") &&
        error.message.includes(text.split("=")[0]),
      text,
    );
  }
});

test("one program under two names is two runtimes, under none it is one", () => {
  const labels = (list: string) => findRuntimes(list).runtimes.map(({ label }) => label);
  assert.deepEqual(labels(`a=${kind}:${self},b=${kind}:${self}`), ["a", "b"]);
  assert.deepEqual(labels(`${kind}=${self},${kind}=${self}`), [kind]);
  assert.deepEqual(labels(`${kind}=${self},b=${kind}:${self}`), [kind, "b"]);
  assert.throws(() => labels(`a=${kind}:${self},a=${kind}:${self}`), /two of them are called a/);
});
