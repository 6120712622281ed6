/** Whether something grows with time: a slope that outliers do not move, and its interval. */
import { median } from "./order.ts";

export interface Slope {
  perS: number;
  /** Ends of the 95 % interval. */
  low: number;
  high: number;
}

export interface TimedValue {
  ms: number;
  value: number;
}

/** Points that the interval is computed from. Single values are like their neighbours and would make it too narrow. */
const BLOCKS = 12;
/** Memory that has not settled yet is no leak, so this share of the time is left out at the beginning. */
const SETTLING = 1 / 3;
/** With fewer than one value for each point, nothing can be said. */
const LEAST_VALUES = BLOCKS / (1 - SETTLING);

/**
 * The median of the slopes of all pairs of points (Theil), with the interval that Sen (1968) computes from Kendall's
 * statistic. A point is the smallest value in a stretch of time, since what comes and goes is no growth. Null where
 * there are too few values.
 */
export function slopeOf(values: readonly TimedValue[]): Slope | null {
  if (values.length < LEAST_VALUES) return null;
  const settled = values.slice(Math.floor(values.length * SETTLING));
  const points = Array.from({ length: BLOCKS }, (_, block) => {
    const [from, to] = [block, block + 1].map((at) => Math.floor(at * settled.length / BLOCKS));
    const stretch = settled.slice(from, to);
    return {
      ms: (stretch[0].ms + stretch.at(-1)!.ms) / 2,
      value: Math.min(...stretch.map(({ value }) => value)),
    };
  });
  const slopes = points.flatMap((one, at) =>
    points.slice(at + 1).map((other) => 1_000 * (other.value - one.value) / (other.ms - one.ms))
  ).sort((a, b) => a - b);
  const spread = 1.96 * Math.sqrt(BLOCKS * (BLOCKS - 1) * (2 * BLOCKS + 5) / 18);
  const below = Math.floor((slopes.length - spread) / 2);
  return { perS: median(slopes), low: slopes[below], high: slopes[slopes.length - 1 - below] };
}
