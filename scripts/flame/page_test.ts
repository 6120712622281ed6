import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { FlameNode } from "./flame_tree.ts";
import { flamePage, type ThreadGraph } from "./page.ts";
import { pageParts } from "./page_parts.ts";
import { categoryOf, projectPath } from "./sources.ts";

const NASTY = `</script><script>alert("x")</script><!--'&`;

function graph(name: string): ThreadGraph {
  const leaf: FlameNode = { name, source: name, category: "strategy", value: 3, children: [] };
  return {
    name,
    tree: { ...leaf, name: "all samples", children: [leaf] },
    hottest: [{ name, source: name, category: "strategy", share: 1 }],
  };
}

const parts = pageParts();
const page = flamePage({
  title: NASTY,
  notes: [NASTY],
  columns: [{ heading: NASTY, threads: [graph(NASTY), graph("b")] }, {
    heading: "two",
    threads: [graph("c")],
  }],
}, parts);
/** The page without our own scripts and style. */
const markup = [...parts.scripts, parts.style].reduce((rest, part) => rest.replace(part, ""), page);

test("a name is text in a page, wherever it stands", () => {
  assert.ok(!markup.includes('alert("x")'), markup);
  assert.ok(!markup.includes("<!--"));
  assert.equal(markup.split("&lt;/script&gt;&lt;script&gt;alert(&quot;x&quot;)").length - 1, 8);
  const [, json] = /<script type="application\/json" id="graphs">(.*)<\/script>/.exec(markup)!;
  assert.deepEqual(
    JSON.parse(json),
    [graph(NASTY), graph("c"), graph("b")].map(({ tree }) => tree),
  );
});

test("a page needs no network and runs nothing but its own scripts", () => {
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)!;
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^;]*; style-src 'sha256-/);
  assert.ok(!policy.includes("unsafe"));
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text);
  assert.equal(scripts.length, parts.scripts.length);
  const [style] = /(?<=<style>)[\s\S]*?(?=<\/style>)/.exec(page)!;
  for (const text of [...scripts, style]) {
    assert.ok(policy.includes(createHash("sha256").update(text).digest("base64")));
  }
  assert.ok(
    !/\s(src|href|on\w+)=/.test(markup),
    "something is fetched, or a handler is in the markup",
  );
});

test("sources are named from the project's root, and no other path is told", () => {
  const roots = ["/home/me/fan in/"];
  const cases = {
    "file:///home/me/fan%20in/bench/process/run.ts": "bench/process/run.ts",
    "/home/me/fan in/strategies/channel.ts": "strategies/channel.ts",
    "file:///home/me/other/secret.ts": "external/secret.ts",
    "/opt/secret.ts": "external/secret.ts",
    "node:internal/timers": "node:internal/timers",
    "ext:core/01_core.js": "ext:core/01_core.js",
    "": "",
  };
  for (const [url, path] of Object.entries(cases)) assert.equal(projectPath(url, roots), path);
});

test("waiting is told from work, under V8 and under JavaScriptCore", () => {
  const category = (functionName: string, url: string) =>
    categoryOf({ functionName, url, scriptId: "", lineNumber: 0, columnNumber: 0 });
  assert.equal(category("Atomics.wait", "bench/profile/named_waits.ts"), "wait");
  assert.equal(category("wait", ""), "wait");
  assert.equal(category("(idle)", ""), "wait");
  assert.equal(category("wait", "strategies/x.ts"), "strategy");
  assert.equal(category("drain", "bench/subjects/strategy_subject.ts"), "bench");
  assert.equal(category("(garbage collector)", ""), "runtime");
  assert.equal(category("emit", "node:events"), "runtime");
});
