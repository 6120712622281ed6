/** What the messages of an open loop waited, over the runs and processes of a cell. */
import type { Sample, Summary } from "../results/columns.ts";
import { groupBy } from "./group_by.ts";
import { mean } from "./inference.ts";
import { median } from "./order.ts";

/** Columns that a summary takes from its samples: of each process the median of its runs, of the cell that of those. */
export const WAITS = [
  "rate_per_s",
  "p50_us",
  "p90_us",
  "p99_us",
  "p999_us",
  "max_us",
  "uncorrected_p50_us",
  "uncorrected_p99_us",
  "uncorrected_max_us",
  "end_p50_us",
  "end_p90_us",
  "end_p99_us",
  "end_p999_us",
  "end_max_us",
  "late_p50_us",
  "late_p99_us",
  "clock_error_us",
  "end_clock_error_us",
  "backlog_peak_bytes",
  "backlog_mean_bytes",
  "unread_peak_bytes",
  "held_peak",
] as const;

/** A wait under this many times the lateness of the pacing alone is mostly that. */
const PACING_FACTOR = 2;
/** A wait that is not this many times the error of its clocks is doubtful. */
const CLOCK_FACTOR = 3;

/** @param processes the verified runs of one cell, process by process */
export function waitsOf(
  processes: readonly (readonly Sample[])[],
): Pick<Summary, (typeof WAITS)[number]> {
  const entries = WAITS.map((name) => {
    const figures = processes.flatMap((runs) => {
      const known = runs.map((run) => run[name]).filter((value) => value !== null);
      return known.length === 0 ? [] : [median(known)];
    });
    return [name, figures.length === 0 ? null : median(figures)];
  });
  return Object.fromEntries(entries) as Pick<Summary, (typeof WAITS)[number]>;
}

/** @param empty the row of the control that sends nothing, at the same rate */
export function doubtsOf(
  { p50_us, clock_error_us }: Summary,
  empty: Summary | undefined,
): Pick<Summary, "mostly_pacing" | "clock_doubtful"> {
  const pacing = empty?.late_p50_us ?? null;
  return {
    mostly_pacing: p50_us === null || pacing === null ? null : p50_us < PACING_FACTOR * pacing,
    clock_doubtful: p50_us === null || clock_error_us === null
      ? null
      : p50_us < CLOCK_FACTOR * clock_error_us,
  };
}

/** What ratios of waits are made of: the natural logarithm of p99, as the mean over a process's runs, by round. */
export function logWaits(samples: readonly Sample[]): Map<string, number> {
  const ok = samples.filter(({ status, p99_us }) => status === "ok" && (p99_us ?? 0) > 0);
  const processes = groupBy(ok, ({ session, round }) => `${session} ${round}`);
  return new Map(
    [...processes].map(([process, runs]) => [
      process,
      mean(runs.map(({ p99_us }) => Math.log(p99_us!))),
    ]),
  );
}
