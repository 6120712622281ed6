import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { keepRow, type KeptTable } from "./kept_table.ts";

const TABLE: KeptTable = {
  name: "rows",
  head: ["what", "how", "n"],
  words: [0, 1],
  known: [["a", "x"], ["a", "x_y"], ["b", "x"]],
};

test("a row takes its place, in place of an older one, and rows of what is gone go", () => {
  const folder = mkdtempSync(join(tmpdir(), "fanin-table-"));
  const page = join(folder, "page.md");
  try {
    writeFileSync(page, "before\n<!-- rows -->\n<!-- /rows -->\nbehind\n");
    for (const row of [["b", "x", "1"], ["gone", "x", "2"], ["a", "x", "3"], ["a", "x_y", "4"]]) {
      keepRow(page, TABLE, row);
    }
    keepRow(page, TABLE, ["b", "x", "$& 5"]);
    const lines = ["| what | how | n |", "| --- | --- | ---: |", "| a | x | 3 |"];
    const more = ["| a | x\\_y | 4 |", "| b | x | $&amp; 5 |"];
    assert.deepEqual(readFileSync(page, "utf8").split("\n"), [
      ...["before", "<!-- rows -->", "", ...lines, ...more, "", "<!-- /rows -->", "behind", ""],
    ]);
    keepRow(page, TABLE, ["a", "x_y", null]);
    assert.match(readFileSync(page, "utf8"), /^\| a \| x\\_y \| 4 \|$/m);
    for (const entry of ["w|_x_", null, null]) keepRow(page, TABLE, ["a", "x", entry]);
    assert.match(readFileSync(page, "utf8"), /^\| a \| x \| w\\\|\\_x\\_ \|$/m);
    assert.throws(() => keepRow(page, { ...TABLE, name: "other" }, ["a", "x", "1"]), /no place/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
