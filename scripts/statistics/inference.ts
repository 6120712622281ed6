/**
 * How far two sets of measurements are apart, and whether chance alone may explain that. Everything is computed on
 * logarithms, since times differ by factors: "twice" and "half" are the same distance from 1.
 */

/** A ratio with its 95 % interval. */
export interface RatioEstimate {
  /** Geometric mean of the ratios. */
  ratio: number;
  low: number;
  high: number;
  /** Two-sided probability of a mean at least this far from 1 where nothing differs. */
  p: number;
  /** Standard error of the log-ratio, and the degrees of freedom of its t. */
  error: number;
  freedom: number;
  /** Number of ratios that it rests on; of the smaller side where they are not paired. */
  n: number;
}

const CONFIDENCE = 0.95;

/**
 * The mean of paired log-ratios by Student's t ("Student", 1908). Interval and p agree: the interval contains 1 exactly
 * where p is above 0.05. Null with fewer than two.
 */
export function pairedRatio(logRatios: readonly number[]): RatioEstimate | null {
  const n = logRatios.length;
  if (n < 2) return null;
  return estimate(mean(logRatios), Math.sqrt(variance(logRatios) / n), n - 1, n);
}

/**
 * exp(mean of `a` − mean of `b`), by Welch's t (1947), for measurements that were not made in turn. Its degrees of
 * freedom are rounded down. Null with fewer than two on a side.
 */
export function unpairedRatio(
  a: readonly number[],
  b: readonly number[],
): RatioEstimate | null {
  if (a.length < 2 || b.length < 2) return null;
  const [ofA, ofB] = [variance(a) / a.length, variance(b) / b.length];
  const freedom = ofA + ofB === 0
    ? a.length + b.length - 2
    : (ofA + ofB) ** 2 / (ofA ** 2 / (a.length - 1) + ofB ** 2 / (b.length - 1));
  return estimate(
    mean(a) - mean(b),
    Math.sqrt(ofA + ofB),
    Math.max(1, Math.floor(freedom)),
    Math.min(a.length, b.length),
  );
}

function estimate(
  middle: number,
  error: number,
  freedom: number,
  n: number,
): RatioEstimate {
  const reach = error * studentQuantile(CONFIDENCE, freedom);
  const t = error === 0 ? (middle === 0 ? 0 : Infinity) : Math.abs(middle) / error;
  return {
    ratio: Math.exp(middle),
    low: Math.exp(middle - reach),
    high: Math.exp(middle + reach),
    p: 1 - studentWithin(t, freedom),
    error,
    freedom,
    n,
  };
}

/** The ratio of b to a, from that of a to b. */
export function inverse({ ratio, low, high, ...rest }: RatioEstimate): RatioEstimate {
  return { ...rest, ratio: 1 / ratio, low: 1 / high, high: 1 / low };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The variance of a sample, whose sum is divided by n − 1. */
function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

/**
 * The probability that Student's t lies between −t and t.
 * @param freedom whole degrees of freedom, with which the series is finite (Abramowitz and Stegun, 26.7.3 and 26.7.4)
 */
export function studentWithin(t: number, freedom: number): number {
  if (t === Infinity) return 1;
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < freedom; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return Math.min(1, within);
}

/** The t for which Student's t lies between −t and t with that probability. */
export function studentQuantile(within: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (studentWithin(high, freedom) < within) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, freedom) < within) low = middle;
    else high = middle;
  }
  return high;
}
