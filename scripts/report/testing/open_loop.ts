/** Results of an open loop that no machine has measured. */
import { random } from "../../../bench/workload/random.ts";
import type { Sample } from "../../results/columns.ts";
import { madeUpSample } from "../../testing/samples.ts";

/** A load at which cells may be compared, and one at which they may not. */
export const ABSOLUTE = "50% of the slowest";
export const OWN = "50%";

/** Rounds of a cell whose p99 is about `p99` µs, with 2 % of noise; the other percentiles follow from it. */
export function openLoop(
  strategy: string,
  p99: number,
  more: Partial<Sample> = {},
  rounds = 8,
): Sample[] {
  const next = random(p99 + strategy.length);
  return Array.from({ length: rounds }, (_, at) => {
    const us = p99 * (1 + 0.02 * next());
    return madeUpSample(strategy, at + 1, 50_000, {
      load: ABSOLUTE,
      rate_per_s: 200_000,
      messages: 5_000,
      ...(strategy === "empty" ? { delivered: 0, late_p50_us: us / 10, late_p99_us: us } : {
        p50_us: us / 10,
        p90_us: us / 4,
        p99_us: us,
        p999_us: us * 3,
        max_us: us * 5,
        uncorrected_p99_us: us / 1.1,
        end_p50_us: us / 5,
        end_p99_us: us * 2,
        clock_error_us: 0.1,
      }),
      ...more,
    });
  });
}

/** Strategies at three rates of their own each, delivered at 80 % of what is due where p99 is above 50 ms. */
export const SWEEP: Sample[] = ["node", "bun"].flatMap((runtime) => [
  ...[["swap-buffer", 1_000_000], ["async-lock", 40_000]].flatMap(([strategy, capacity]) =>
    [[0.1, 300], [0.5, 900], [0.9, 90_000]].flatMap(([share, p99]) => {
      const rate = share * (capacity as number);
      const dueUs = 5_000 * 10 / rate * 1e6;
      return openLoop(strategy as string, p99, {
        runtime,
        load: `${share * 100}%`,
        rate_per_s: rate,
        elapsed_us: p99 > 50_000 ? dueUs / 0.8 + 1_000 : dueUs + 1_000,
        p50_us: p99 > 50_000 ? dueUs / 8 : p99 / 10,
      });
    })
  ),
  ...openLoop("empty", 4, { runtime, rate_per_s: 20_000, elapsed_us: 2_501_000 }),
  ...openLoop("swap-buffer", 300, { runtime, rate_per_s: 20_000, elapsed_us: 2_501_000 }),
]);
