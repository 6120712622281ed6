/** What the sentences say of controls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { summarize } from "../statistics/summary.ts";
import { madeUpSample } from "../testing/samples.ts";
import { answer } from "./answer.ts";

test("how near the fastest comes to the same work without a hand-off is said", () => {
  const sample = (strategy: string, us: number) => madeUpSample(strategy, 1, us, { work_us: 10 });
  const slower = [sample("empty", 1), sample("channel", 4_000), sample("no-handoff", 1_000)];
  const said = (us: number) => answer(summarize([...slower, sample("swap-buffer", us)]), []);
  const [sentence, ...others] = said(1_250);
  assert.match(sentence, /^Of what no-handoff does with the same work, swap-buffer reaches 80 %/);
  assert.deepEqual(others, []);
  assert.match(said(1_031)[0], / 97 %/);
  assert.deepEqual(answer(summarize([sample("empty", 1), sample("swap-buffer", 1_250)]), []), []);
});
