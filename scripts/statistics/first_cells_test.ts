/** The first P of a process against later ones, on made-up rows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { madeUpSample } from "../testing/samples.ts";
import { firstCellRatios } from "./first_cells.ts";

/** Twelve P in six rounds; another P comes first in each, and its runs take longer by that factor. */
function rounds(factor: number, runtime = "node") {
  return [1, 2, 3, 4, 5, 6].flatMap((round) =>
    Array.from({ length: 12 }, (_, at) => {
      const isFirst = at % 6 === round - 1;
      return madeUpSample("swap-buffer", round, (1_000 + at) * (isFirst ? factor : 1), {
        ...{ producers: 2 ** at, runtime, rss_ready_bytes: isFirst ? 1 : null },
      });
    })
  );
}

test("what comes first is told apart from what is slow, strategy by strategy", () => {
  const [node, bun] = firstCellRatios([...rounds(1.25), ...rounds(1, "bun")]);
  assert.deepEqual([node.runtime, node.label, node.ratio.n], ["node", "swap-buffer", 12]);
  assert.ok(Math.abs(node.ratio.ratio - 1.25) < 1e-9 && Math.abs(bun.ratio.ratio - 1) < 1e-9);
});

test("the pilot's runs are none of its figures", () => {
  const pilot = { round: 0, elapsed_us: 9_000_000, rss_ready_bytes: 1 };
  const rows = rounds(1.25);
  const [node] = firstCellRatios([...rows, ...rows.map((row) => ({ ...row, ...pilot }))]);
  assert.ok(Math.abs(node.ratio.ratio - 1.25) < 1e-9);
});

test("nothing is said of a single P, of a pilot, of few cells, of controls and of a client", () => {
  const all = rounds(1.25);
  const silent = [
    all.map((row) => ({ ...row, rss_ready_bytes: 1 })),
    all.map((row) => ({ ...row, rss_ready_bytes: null })),
    all.map((row) => ({ ...row, round: 0 })),
    all.filter(({ producers }) => producers! < 2 ** 3),
    all.map((row) => ({ ...row, strategy: "socket-bulk" })),
  ];
  for (const rows of silent) assert.deepEqual(firstCellRatios(rows), []);
});
