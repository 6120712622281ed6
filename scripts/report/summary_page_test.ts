/** What the page says of all figures together, from rows that were made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { madeUpSample } from "../testing/samples.ts";
import { summaryPage } from "./summary_page.ts";

test("the page says how long the first P of a process took, where enough cells tell", () => {
  const samples = [1, 2].flatMap((round) =>
    Array.from({ length: 10 }, (_, at) => {
      const isFirst = at % 2 === round - 1;
      return madeUpSample("swap-buffer", round, isFirst ? 1_500 : 1_000, {
        ...{ producers: 2 ** at, runtime: "deno", rss_ready_bytes: isFirst ? 1 : null },
      });
    })
  );
  const line =
    "- The first P that a process measures, against its later ones, in the mean over strategies: " +
    "a message took 1.5× as long in Deno, at most 1.5× (1.5× to 1.5×, swap-buffer).\n";
  assert.ok(summaryPage([], [], [], samples).includes(line));
  assert.ok(!summaryPage([], [], [], samples.slice(0, 10)).includes("The first P"));
});
