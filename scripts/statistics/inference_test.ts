/** The inference against published examples and tables, and against chance itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import { pairedRatio, studentQuantile, studentWithin, unpairedRatio } from "./inference.ts";

test("Student's t agrees with the printed table", () => {
  const table: [within: number, freedom: number, t: number][] = [
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 7, 2.365],
    [0.95, 10, 2.228],
    [0.99, 30, 2.75],
    [0.9, 5, 2.015],
    [0.95, 120, 1.98],
  ];
  for (const [within, freedom, t] of table) {
    assert.equal(Number(studentQuantile(within, freedom).toFixed(3)), t, `t(${freedom})`);
    assert.ok(Math.abs(studentWithin(t, freedom) - within) < 5e-4);
  }
});

test("paired: Student's own example of the sleep of ten patients (1908), t = 4.062, p = 0.0028", () => {
  const differences = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];
  const { ratio, low, high, p, n } = pairedRatio(differences)!;
  assert.equal(Math.log(ratio).toFixed(2), "1.58");
  assert.equal(Math.log(low).toFixed(2), "0.70");
  assert.equal(Math.log(high).toFixed(2), "2.46");
  assert.equal(p.toFixed(4), "0.0028");
  assert.equal(n, 10);
});

test("unpaired: the same data by Welch's t (R, t.test(extra ~ group, sleep))", () => {
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  const { ratio, p, low, high } = unpairedRatio(first, second)!;
  assert.equal(Math.log(ratio).toFixed(2), "-1.58");
  // R has 17.78 degrees of freedom, p = 0.0794, and −3.365 to 0.205; ours are 17.
  assert.ok(p > 0.0794 && p < 0.081);
  assert.ok(Math.abs(Math.log(low) + 3.365) < 0.02 && Math.abs(Math.log(high) - 0.205) < 0.02);
});

test("of 2,000 simulated A/A pairs 3.5 to 6.5 % are called, with an outlier in every tenth process", () => {
  const next = random(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const logTime = () => 0.07 * normal() + (next() < 0.1 ? 0.2 * next() : 0);
  for (const rounds of [8, 20, 40]) {
    let called = 0;
    for (let pair = 0; pair < 2_000; pair++) {
      const logRatios = Array.from({ length: rounds }, () => logTime() - logTime());
      const { p, low, high } = pairedRatio(logRatios)!;
      assert.equal(p < 0.05, low > 1 || high < 1);
      if (p < 0.05) called++;
    }
    assert.ok(called >= 70 && called <= 130, `${called} of 2000 with ${rounds} rounds`);
  }
});
