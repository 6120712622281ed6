/** What the README's first screen says is what the samples of the reference say, to the word. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { recordedNumber } from "../results/environment.ts";
import { ResultsFolder } from "../results/folder.ts";
import { comparePairs } from "../statistics/pairs.ts";
import { summarize } from "../statistics/summary.ts";
import { conclusionsOf } from "./conclusions.ts";
import { conclusionLines } from "./summary_page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Without what a formatter may change: blanks, the width of a table's columns, marks of code. */
function plain(text: string): string {
  return text.replace(/[\\`]/g, "").replace(/-{3,}/g, "---").replace(/\s+/g, " ").trim();
}

test("the README's ranking and sentences are those of results/reference", () => {
  const { samples, environment } = ResultsFolder.read(`${ROOT}/results/reference`);
  const summary = summarize(samples);
  const sameWithin = recordedNumber(environment, "sameWithin");
  const pairs = comparePairs(samples, summary, sameWithin);
  const [conclusion] = conclusionsOf(summary, pairs, samples);
  const readme = plain(readFileSync(`${ROOT}/README.md`, "utf8"));
  const lines = conclusionLines(conclusion).map(plain).filter((line) => line !== "");
  assert.ok(lines.length > 10);
  for (const line of lines) assert.ok(readme.includes(line), `the README lacks: ${line}`);
});
