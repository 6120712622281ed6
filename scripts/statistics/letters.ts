/** What rankings have in common, whatever they rank by: their order, and the letters beside their figures. */
import { groupLetters } from "./leaders.ts";
import type { PairComparison } from "./pairs.ts";

/** Of one strategy under one runtime, over all P. */
export interface Figure {
  runtime: string;
  /** P of the run at which there is no figure: the mean is over the others. */
  missing: number[];
  /** Strategies of the runtime that share a letter are not shown to differ. Empty for a control, and where P are missing. */
  letters: string;
}

export interface Line<F extends Figure> {
  label: string;
  isControl: boolean;
  figures: F[];
  /** See `wordsOf`. */
  words: ReadonlyMap<string, string>;
}

/** Strategies, the best first, then the controls in the same order. */
export function inOrder<L extends Line<Figure>>(
  lines: readonly L[],
  order: (a: L, b: L) => number,
): L[] {
  return lines.toSorted((a, b) => Number(a.isControl) - Number(b.isControl) || order(a, b));
}

/**
 * @param pairs of the lines' setting
 * @param order of two figures of one runtime: below 0 where the first is the better one
 */
export function withLetters<F extends Figure, L extends Line<F>>(
  lines: readonly (L & Line<F>)[],
  pairs: readonly PairComparison[],
  order: (a: F, b: F) => number,
): L[] {
  const contenders = lines.filter(({ isControl }) => !isControl);
  const runtimes = new Set(contenders.flatMap(({ figures }) => figures.map((one) => one.runtime)));
  const letters = new Map([...runtimes].map((runtime) => {
    const names = contenders.flatMap(({ label, figures }) => {
      // One that has no figure at some P is not compared with all others, so a letter would claim too much.
      const own = figures.find((one) => one.runtime === runtime && one.missing.length === 0);
      return own === undefined ? [] : [{ label, own }];
    }).sort((a, b) => order(a.own, b.own)).map(({ label }) => label);
    const ofRuntime = pairs.filter(({ family, on }) => family === "strategies" && on === runtime);
    return [runtime, groupLetters(names, ofRuntime)];
  }));
  return lines.map((one) => ({
    ...one,
    figures: one.figures.map((figure) => ({
      ...figure,
      letters: one.isControl ? "" : letters.get(figure.runtime)!.get(one.label) ?? "",
    })),
  }));
}
