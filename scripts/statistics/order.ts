/** Order statistics and their intervals. */
import { random } from "../../bench/workload/random.ts";

/** Null instead of NaN. */
export function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The p-quantile (0 to 1), linearly interpolated between the two nearest values. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Resamplings of a bootstrap: enough for two digits of a 95 % interval. */
const RESAMPLES = 2_000;

/**
 * The 95 % percentile bootstrap interval of the median (Efron, 1979). It is seeded, so that the same values give the
 * same interval. With fewer than six values it is hardly wider than their range, and should be read as the range.
 */
export function medianInterval(values: readonly number[]): [number, number] {
  const next = random(values.length);
  const medians = Array.from(
    { length: RESAMPLES },
    () => median(values.map(() => values[Math.floor(next() * values.length)])),
  );
  return [quantile(medians, 0.025), quantile(medians, 0.975)];
}

/** A modified z-score above this marks an outlier. */
const OUTLIER = 3.5;

/**
 * Which values are outliers by their modified z-score, 0.6745 (x − median) / MAD (Iglewicz and Hoaglin, 1993). Outliers
 * are named and never dropped. There are none where the MAD is 0.
 */
export function outliers(values: readonly number[]): number[] {
  const middle = median(values);
  const mad = median(values.map((value) => Math.abs(value - middle)));
  if (!(mad > 0)) return [];
  return values.filter((value) => Math.abs(0.6745 * (value - middle)) / mad > OUTLIER);
}
