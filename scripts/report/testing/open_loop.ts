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
        uncorrected_p99_us: us,
        end_p50_us: us / 5,
        end_p99_us: us * 2,
        clock_error_us: 0.1,
      }),
      ...more,
    });
  });
}
