import assert from "node:assert/strict";
import { test } from "node:test";
import { escaped, fenced, table } from "./markdown_text.ts";
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

test("a table has words left and numbers right", () => {
  assert.deepEqual(table(["a", "b"], [["x", "1"]], [0]), [
    "| a | b |",
    "| --- | ---: |",
    "| x | 1 |",
  ]);
});

test("what cannot be laid out is gone before anything is escaped", () => {
  assert.equal(plainText("a\u0000\r\nb\u202ec\ud800"), "a b c\ufffd");
  assert.equal(plainText(null), "?");
  assert.equal(plainText("x".repeat(5_000)).length, 401);
});
