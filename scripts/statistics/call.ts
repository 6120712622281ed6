/**
 * What may be said of a ratio. Three answers, of which the third is no shame: apart, the same, undecided. All of them
 * rest on the interval that is corrected for every comparison of the report (Bonferroni; Dunn, 1961), so that the
 * chance of any false one among them is at most 5 %.
 */
import { type RatioEstimate, studentQuantile } from "./inference.ts";

/** Rounds that an answer takes. */
export const VERDICT_ROUNDS = 8;
/** A ratio nearer to 1 than this is no difference that anybody should act on. */
const LEAST = 0.02;
/** Where nobody has said before the run how near to 1 is the same for them. */
export const SAME_WITHIN = 0.1;
/** Of the whole family together. */
const LEVEL = 0.05;

export interface Decision {
  call: "apart" | "same" | "undecided";
  ratio: number;
  /** The corrected interval, which stands beside the call. */
  low: number;
  high: number;
  /** Two whose corrected interval lies within this of 1 are called the same. */
  sameWithin: number;
  /** Rounds that it rests on. */
  rounds: number;
  /** The p of the ratio, corrected in the same way. */
  adjustedP: number;
  /** About how many more rounds would decide it, noise staying as it is; 0 where it is decided. */
  moreRounds: number;
}

/**
 * @param comparisons how many ratios the report calls, this one included
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

/** An interval shrinks with the root of the rounds: far enough that it leaves 1 out, or that it stays near to it. */
function roundsMissing(n: number, distance: number, reach: number, sameWithin: number): number {
  const target = Math.max(distance, Math.log(1 + sameWithin) - distance);
  return Math.max(VERDICT_ROUNDS - n, Math.ceil(n * (reach / target) ** 2) - n, 1);
}
