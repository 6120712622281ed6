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
 * @param comparisons how many ratios the report judges, this one included
 * @param sameWithin fixed before anything was measured
 */
export function decide(
  estimate: RatioEstimate,
  comparisons: number,
  sameWithin = SAME_WITHIN,
): Decision {
  const { ratio, n, freedom, error, p } = estimate;
  const reach = error * studentQuantile(1 - LEVEL / comparisons, freedom);
  const distance = Math.abs(Math.log(ratio));
  const [low, high] = [ratio * Math.exp(-reach), ratio * Math.exp(reach)];
  const isApart = reach < distance && distance >= Math.log(1 + Math.min(LEAST, sameWithin));
  const isSame = distance + reach < Math.log(1 + sameWithin);
  const isEnough = n >= VERDICT_ROUNDS;
  const call = !isEnough ? "undecided" : isApart ? "apart" : isSame ? "same" : "undecided";
  return {
    call,
    ratio,
    low,
    high,
    sameWithin,
    rounds: n,
    adjustedP: Math.min(1, p * comparisons),
    moreRounds: call === "undecided" ? roundsMissing(n, distance, reach, sameWithin) : 0,
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
