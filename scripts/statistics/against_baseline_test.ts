/** Two results against each other, on made-up rows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import { madeUpSample } from "../testing/samples.ts";
import type { Sample } from "../results/columns.ts";
import { compareToBaseline } from "./against_baseline.ts";
import { environmentDifferences } from "../results/environment_differences.ts";

function run(us: number, rounds: number, seed: number, more = {}) {
  const next = random(seed);
  return Array.from(
    { length: rounds },
    (_, at) => madeUpSample("swap-buffer", at + 1, us * (1 + 0.05 * (next() - 0.5)), more),
  );
}

test("a slow-down is called, a small one is not, and few runs call nothing", () => {
  const change = (us: number, rounds = 10) =>
    compareToBaseline(run(100, rounds, 1), run(us, rounds, 2)).cells[0];
  assert.equal(change(115).change, "slower");
  assert.ok(Math.abs(change(115).estimate!.ratio - 1.15) < 0.05);
  assert.equal(change(80).change, "faster");
  assert.equal(change(101).change, "same");
  assert.equal(change(115, 7).change, "undecided");
});

test("cells match by what was chosen, not by the runtime's version", () => {
  const after = [
    ...run(100, 8, 2, { runtime_version: "2" }),
    ...run(100, 8, 3, { producers: 11 }),
    ...run(1, 8, 4, { strategy: "empty" }),
  ];
  const { cells, added } = compareToBaseline(run(100, 8, 1), after);
  assert.deepEqual([cells.length, added], [1, 1]);
  const gone = compareToBaseline(after, run(100, 8, 1)).cells.filter(({ status }) =>
    status !== "ok"
  );
  assert.deepEqual(gone.map(({ producers, status }) => [producers, status]), [[
    11,
    "not measured",
  ]]);
  const lost = compareToBaseline(run(100, 8, 1), [
    ...run(100, 8, 2),
    madeUpSample("swap-buffer", 9, null),
  ]);
  assert.equal(lost.cells[0].change, "no figure");
});

test("environments: a version is what one compares, another machine is not", () => {
  const of = (cores: number, version: string) => ({
    machine: { cores },
    runtimes: [{ label: "node", version }],
    options: { seed: 1 },
  });
  assert.deepEqual(environmentDifferences(of(2, "1"), of(2, "1"), new Set()), []);
  assert.deepEqual(environmentDifferences(of(2, "1"), of(4, "2"), new Set()), [
    { field: "machine.cores", before: "2", after: "4", confounds: true },
    { field: "runtimes.0.version", before: "1", after: "2", confounds: false },
  ]);
});

test("a run of an open loop takes as long as it is told, so its time is no change", () => {
  const open = (us: number) => run(us, 10, us, { load: "50%" });
  assert.deepEqual(compareToBaseline(open(100), open(900)), { cells: [], added: 0 });
});

test("processes are held against each other by as many runs as those of either side typically have", () => {
  const processes = (runs: number[]) =>
    runs.flatMap((count, at) =>
      Array.from({ length: count }, (_, run) =>
        // The first three take 100 to 102, all later ones 90.
        madeUpSample("swap-buffer", at + 1, run < 3 ? 100 + run + at / 100 : 90, { run: run + 1 }))
    );
  const all = (runs: number) => processes(Array.from({ length: 8 }, () => runs));
  const ratio = (before: Sample[], after: Sample[]) =>
    compareToBaseline(before, after).cells[0].estimate!.ratio;
  assert.equal(ratio(all(3), all(12)), 1);
  assert.equal(ratio(all(12), all(3)), 1);
  // A single process that made fewer does not cost all others their runs.
  const short = ratio(processes([12, 12, 12, 12, 12, 12, 12, 2]), all(12));
  assert.ok(short > 0.98 && short < 1, String(short));
});

test("a control is no strategy, and decides nothing", () => {
  const bulk = (us: number) => run(us, 8, 3, { strategy: "socket-bulk", params: "chunk=0" });
  const { cells, added } = compareToBaseline(
    [...run(100, 8, 1), ...bulk(100)],
    [...run(100, 8, 2), ...bulk(200)],
  );
  assert.deepEqual([cells.length, added], [1, 0]);
});
