/** How long the messages of an open loop waited, over the runs and processes of a cell. */
import { LATENCY_COLUMNS, namesOf, type Sample, type Summary } from "../results/columns.ts";
import { applying } from "../cli/applying.ts";
import { mean } from "./inference.ts";
import { median } from "./order.ts";
import { byProcess, type Runs } from "./processes.ts";

/** A column about waits: each process gives the median of its runs, and the cell the median of its processes. */
export type WaitColumn = keyof typeof LATENCY_COLUMNS;

/** A wait below this many times the lateness of the pacing alone is mostly that. */
const PACING_FACTOR = 2;
/** A wait below this many times the error of its clocks is doubtful. */
const CLOCK_FACTOR = 3;

/** @param processes the verified runs of one cell, process by process */
export function waitsOf(
  processes: readonly (readonly Sample[])[],
): Pick<Summary, WaitColumn> {
  const entries = namesOf(LATENCY_COLUMNS).map((name) => {
    const figures = processes.flatMap((runs) => {
      const known = runs.map((run) => run[name]).filter((value) => value !== null);
      return known.length === 0 ? [] : [median(known)];
    });
    return [name, figures.length === 0 ? null : median(figures)];
  });
  return Object.fromEntries(entries) as Pick<Summary, WaitColumn>;
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

/** A cell that delivers less than this share of what is due may have a growing queue. */
const KEEPS_UP = 0.97;
/**
 * The queue does grow where even the median message waited this share of the time by which the run ended late. Where a
 * queue grows evenly, that is a half; a thread that lost its core at the end of a short run makes the end late and does
 * not change the median.
 */
const GROWING = 0.25;

/** Time over which the messages of a run are due, µs; null where the row does not say. */
function dueUs({ messages, producers, rate_per_s }: Summary): number | null {
  return messages === null || rate_per_s === null || messages === 0
    ? null
    : messages * producers! / rate_per_s * 1e6;
}

/**
 * Whether a cell keeps up with the rate that it is offered. A run also takes some time before its first message and
 * after its last, which `empty` shows, because its producers have the same schedule.
 * @param neighbours rows that differ from this one only in strategy and load
 */
export function keepingUp(
  row: Summary,
  neighbours: readonly Summary[],
): Pick<Summary, "delivered_share" | "saturated"> {
  const due = dueUs(row);
  const besideUs = neighbours.flatMap((empty) => {
    if (empty.strategy !== "empty" || empty.median_us === null) return [];
    const paced = neighbours.find((other) =>
      other.load === empty.load && other.rate_per_s === empty.rate_per_s && dueUs(other) !== null
    );
    return paced === undefined ? [] : [Math.max(0, empty.median_us - dueUs(paced)!)];
  });
  if (row.strategy === "empty" || due === null || row.median_us === null || besideUs.length === 0) {
    return { delivered_share: null, saturated: null };
  }
  const lateUs = Math.max(0, row.median_us - median(besideUs) - due);
  const share = due / (due + lateUs);
  const medianWait = Math.max(row.p50_us ?? 0, row.end_p50_us ?? 0);
  return {
    delivered_share: share,
    saturated: share < KEEPS_UP && medianWait >= GROWING * lateUs,
  };
}

/** Messages/s that arrived; null where no rate is known. */
export function deliveredPerS({ rate_per_s, delivered_share }: Summary): number | null {
  return rate_per_s === null ? null : rate_per_s * (delivered_share ?? 1);
}

/** What a reader must know before comparing a wait of this row with another; empty where there is nothing. */
export function marksOf(row: Summary): string[] {
  return applying(
    row.saturated === true && "saturated",
    row.mostly_pacing === true && "mostly pacing",
    row.clock_doubtful === true && "within the clocks' error",
  );
}

/**
 * What ratios of waits are computed from: for each round the natural logarithm of p99, as the mean over the runs of its
 * process and so a single figure.
 */
export function logWaits(samples: readonly Sample[]): Runs {
  const ok = samples.filter(({ status, p99_us }) => status === "ok" && (p99_us ?? 0) > 0);
  return new Map(
    [...byProcess(ok)].map(([process, runs]) => [
      process,
      [mean(runs.map(({ p99_us }) => Math.log(p99_us!)))],
    ]),
  );
}
