/**
 * What all rankings have in common, whatever they rank by: their lines, their order, and the letters beside their
 * figures.
 */
import { isControl } from "../../bench/subjects/controls.ts";
import type { Summary } from "../results/columns.ts";
import { labelOf } from "../results/labels.ts";
import { mean } from "./inference.ts";
import { groupLetters } from "./leaders.ts";
import type { PairComparison } from "./pairs.ts";

/** The figure of one strategy under one runtime, over all P. */
export interface Figure {
  runtime: string;
  /** P at which there is no figure; the mean is over the others. */
  missing: number[];
  /**
   * Strategies of the runtime that share a letter are not shown to differ. Empty for a control, and where some P is
   * missing.
   */
  letters: string;
}

export interface Line<F extends Figure> {
  label: string;
  isControl: boolean;
  figures: F[];
  /**
   * For each runtime under which a strategy has no figure: the status of its first cell that failed, otherwise
   * `skipped`.
   */
  words: ReadonlyMap<string, string>;
}

interface Ranking<F extends Figure> {
  /** Whether a row has what the figure is computed from. */
  has(row: Summary): boolean;
  /** @param rows of one strategy under one runtime, for all of which `has` is true */
  figureOf(rows: readonly Summary[]): Omit<F, keyof Figure>;
  /** A logarithm; the lower, the better. */
  key(figure: F): number;
}

/**
 * Strategies, the best first, then the controls in the same order.
 * @param summary of one setting
 * @param pairs of the same setting; null: no letters
 */
export function rankedLines<F extends Figure>(
  summary: readonly Summary[],
  pairs: readonly PairComparison[] | null,
  { has, figureOf, key }: Ranking<F>,
): Line<F>[] {
  const everyP = [...new Set(summary.map(({ producers }) => producers!))];
  const lines = [...Map.groupBy(summary, labelOf)].map(([label, rows]): Line<F> => {
    const words = wordsOf(rows);
    const whole = rows.filter((row) => has(row) && !words.has(row.runtime!));
    return {
      label,
      words,
      isControl: isControl(rows[0].strategy!),
      figures: [...Map.groupBy(whole, ({ runtime }) => runtime!)].map(([runtime, own]) => ({
        ...figureOf(own),
        runtime,
        missing: everyP.filter((producers) => !own.some((row) => row.producers === producers)),
        letters: "",
      } as F)),
    };
  });
  const keyOf = ({ figures }: Line<F>) =>
    figures.length === 0 ? Number.MAX_VALUE : mean(figures.map(key));
  const ordered = lines.toSorted((a, b) =>
    Number(a.isControl) - Number(b.isControl) || keyOf(a) - keyOf(b)
  );
  return pairs === null ? ordered : withLetters(ordered, pairs, key);
}

/** @param rows of one strategy */
function wordsOf(rows: readonly Summary[]): Map<string, string> {
  return new Map(
    [...Map.groupBy(rows, ({ runtime }) => runtime!)].flatMap(([runtime, own]) => {
      const failed = own.find(({ status }) => status !== "ok" && status !== "skipped");
      if (failed !== undefined) return [[runtime, failed.status!]];
      return own.some(({ status }) => status === "ok") ? [] : [[runtime, "skipped"]];
    }),
  );
}

function withLetters<F extends Figure>(
  lines: readonly Line<F>[],
  pairs: readonly PairComparison[],
  key: (figure: F) => number,
): Line<F>[] {
  const contenders = lines.filter(({ isControl }) => !isControl);
  const runtimes = new Set(contenders.flatMap(({ figures }) => figures.map((one) => one.runtime)));
  const letters = new Map([...runtimes].map((runtime) => {
    const names = contenders.flatMap(({ label, figures }) => {
      // A strategy that has no figure at some P is not compared with all others, so a letter would claim too much.
      const own = figures.find((one) => one.runtime === runtime && one.missing.length === 0);
      return own === undefined ? [] : [{ label, own }];
    }).sort((a, b) => key(a.own) - key(b.own)).map(({ label }) => label);
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
