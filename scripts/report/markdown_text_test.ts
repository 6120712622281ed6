import assert from "node:assert/strict";
import { test } from "node:test";
import { escaped, fenced } from "./markdown_text.ts";
import { markdownTable, terminalTable } from "./table.ts";
import { plainText } from "../cli/plain_text.ts";

test("text stays text: no element, no table cell, no link, no mention", () => {
  assert.equal(escaped("<img src=x>"), "&lt;img src=x&gt;");
  assert.equal(escaped("a|b\\|c"), "a\\|b\\\\\\|c");
  assert.equal(
    escaped("[x](y) `z` *w* ~v~ &lt;"),
    "\\[x\\](y) \\`z\\` \\*w\\* \\~v\\~ &amp;lt;",
  );
  assert.equal(escaped("- a"), "\\- a");
  assert.equal(escaped("1. a"), "1\\. a");
  for (const text of ["@everyone", "#12", "https://a.example", "www.a.example"]) {
    assert.match(escaped(text), /\u2060/, text);
  }
  assert.equal(escaped("sharded-rings:publish=64, 1.28 ms"), "sharded-rings:publish=64, 1.28 ms");
});

test("a block of code is longer than what would end it", () => {
  assert.deepEqual(fenced("a ```` b", "json"), ["`````json", "a ```` b", "`````"]);
});

test("one table, rendered twice: words left, numbers right, tones in a terminal alone", () => {
  const table = {
    head: ["a", "b"],
    words: [0],
    rows: [["x|y", { text: "1", tone: "red" as const }], ["", "22"]],
  };
  assert.deepEqual(markdownTable(table), [
    "| a | b |",
    "| --- | ---: |",
    "| x\\|y | 1 |",
    "|  | 22 |",
  ]);
  const painted = terminalTable(table, (tone, text) => tone === "red" ? `<${text}>` : text);
  assert.deepEqual(painted.split("\n").map((line) => line.trim().replace(/ +/g, " ")), [
    "a b",
    "x|y <1>",
    "22",
  ]);
});

test("what cannot be laid out is gone before anything is escaped", () => {
  assert.equal(plainText("a\u0000\r\nb\u202ec\ud800"), "a b c\ufffd");
  assert.equal(plainText(null), "?");
  assert.equal(plainText("x".repeat(5_000)).length, 401);
});
