import assert from "node:assert/strict";
import { test } from "node:test";
import { SUBJECTS } from "../../bench/subjects/registry.ts";
import { subjectLabel } from "../results/subjects.ts";
import { styleOf } from "./palette.ts";

const LABELS = SUBJECTS.flatMap((entry) =>
  entry.variants.map((variant) => subjectLabel(entry.name, variant))
);
const CONTENDERS = ["channel", "post-message", "swap-buffer", "async-lock", "atomic-swap"];

test("every variant of every subject can be told from every other", () => {
  const styles = LABELS.map((label) => JSON.stringify(styleOf(label)));
  assert.ok(LABELS.length >= 12);
  assert.equal(new Set(styles).size, LABELS.length);
});

test("variants share their strategy's colour and differ by dash and marker", () => {
  const [each, batch] = [styleOf("channel:drain=each"), styleOf("channel:drain=batch")];
  assert.equal(each.colour, batch.colour);
  assert.notDeepEqual(each.dash, batch.dash);
  assert.notEqual(each.shape, batch.shape);
});

test("a strategy that nobody knows has a colour of its own name", () => {
  assert.deepEqual(styleOf("new-one:a=1"), styleOf("new-one:a=1"));
  assert.match(styleOf("new-one").colour, /^#[0-9a-f]{6}$/);
  assert.match(styleOf("constructor").colour, /^#[0-9a-f]{6}$/);
});

test("the colours stay apart with each common colour-vision deficiency", () => {
  const colours = [...CONTENDERS, "sharded-rings"].map((name) => styleOf(name).colour);
  for (const [kind, matrix] of Object.entries(DEFICIENCIES)) {
    for (const [at, a] of colours.entries()) {
      for (const b of colours.slice(at + 1)) {
        const distance = distanceOf(seen(a, matrix), seen(b, matrix));
        // 0.02 is what can just be told apart side by side; thin lines need more.
        assert.ok(distance > 0.07, `${a} and ${b} are ${distance.toFixed(3)} apart (${kind})`);
      }
    }
  }
});

/** Machado, Oliveira and Fernandes (2009), full severity, on linear RGB. */
const DEFICIENCIES: Record<string, number[][]> = {
  none: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [
    -0.003882,
    -0.048116,
    1.051998,
  ]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [
    -0.01182,
    0.04294,
    0.968881,
  ]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [
    0.004733,
    0.691367,
    0.3039,
  ]],
};

function seen(colour: string, matrix: number[][]): number[] {
  const linear = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return matrix.map((row) => {
    const value = row.reduce((sum, factor, at) => sum + factor * linear[at], 0);
    return Math.min(1, Math.max(0, value));
  });
}

/** In Oklab (Ottosson, 2020), where equal distances look equal. */
function distanceOf(a: number[], b: number[]): number {
  const [x, y] = [a, b].map(([red, green, blue]) => {
    const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  });
  return Math.hypot(...x.map((value, at) => value - y[at]));
}
