/**
 * What may be said about a ratio. There are three answers: apart, the same, undecided; the third is no failure. All of
 * them rest on the interval that is corrected for every comparison of the report (Bonferroni; Dunn, 1961), so that the
 * chance of any false one among them is at most 5 %.
 */
import { type RatioEstimate, studentQuantile } from "./inference.ts";

/** Rounds that it takes to answer. */
export const VERDICT_ROUNDS = 8;
/** A ratio nearer to 1 than this is no difference that anybody should act on. */
const LEAST = 0.02;
/** How near to 1 counts as the same, unless somebody has said otherwise before the run. */
export const SAME_WITHIN = 0.1;
/** Probability of any false answer in the whole family. */
const LEVEL = 0.05;

export interface Decision {
  call: "apart" | "same" | "undecided";
  ratio: number;
  /** Ends of the corrected interval. */
  low: number;
  high: number;
  /** A pair whose corrected interval lies within this share of 1 is called the same. */
  sameWithin: number;
  /** Rounds that the answer rests on. */
  rounds: number;
  /** p of the ratio, corrected in the same way. */
  adjustedP: number;
  /** About how many more rounds would decide it if the noise stays as it is; 0 where it is decided. */
  moreRounds: number;
}

/**
 * Where the outermost ratios were left out (`RatioEstimate.all`), the rest decides what is apart, unless all together are
 * on the other side of 1. The same are two only where all together are, too: what a tenth of the processes suffer is no
 * sameness.
 * @param comparisons how many ratios the report judges, this one included
 * @param sameWithin fixed before anything was measured
 */
export function decide(
  estimate: RatioEstimate,
  comparisons: number,
  sameWithin = SAME_WITHIN,
): Decision {
  const level = 1 - LEVEL / comparisons;
  const own = bounded(estimate, level, sameWithin);
  const all = bounded(estimate.all ?? estimate, level, sameWithin);
  const agree = (own.ratio > 1) === (all.ratio > 1);
  const isEnough = estimate.n >= VERDICT_ROUNDS;
  const call = isEnough && own.isApart && agree
    ? "apart"
    : isEnough && own.isSame && all.isSame
    ? "same"
    : "undecided";
  // What stands beside an undecided pair is the interval that leaves it so.
  const shown = call === "undecided" && (own.isApart || own.isSame) ? all : own;
  const { ratio, low, high, distance, reach } = shown;
  return {
    call,
    ...{ ratio, low, high, sameWithin },
    rounds: estimate.n,
    adjustedP: Math.min(1, estimate.p * comparisons),
    moreRounds: call === "undecided" ? roundsMissing(estimate.n, distance, reach, sameWithin) : 0,
  };
}

/** An estimate with its corrected interval, and what this says for itself. */
function bounded({ ratio, freedom, error }: RatioEstimate, level: number, sameWithin: number) {
  const reach = error * studentQuantile(level, freedom);
  const distance = Math.abs(Math.log(ratio));
  return {
    ...{ ratio, distance, reach },
    low: ratio * Math.exp(-reach),
    high: ratio * Math.exp(reach),
    isApart: reach < distance && distance >= Math.log(1 + Math.min(LEAST, sameWithin)),
    isSame: distance + reach < Math.log(1 + sameWithin),
  };
}

/**
 * An interval shrinks with the square root of the rounds. It has to become so narrow that it excludes 1, or stays near
 * to 1.
 */
function roundsMissing(n: number, distance: number, reach: number, sameWithin: number): number {
  const target = Math.max(distance, Math.log(1 + sameWithin) - distance);
  return Math.max(VERDICT_ROUNDS - n, Math.ceil(n * (reach / target) ** 2) - n, 1);
}
