/** Turns the events of a cell's process into rows. A run that was not proven has no figure. */
import type { Waits } from "../../bench/latency/waits.ts";
import { isProven, type RunReport } from "../../bench/process/spec.ts";
import type { CellOutcome } from "../processes/cell_process.ts";
import type { Cell } from "./plan.ts";
import { identityOf } from "./cell_key.ts";
import {
  emptyRow,
  LATENCY_COLUMNS,
  RUN_COLUMNS,
  type Sample,
  SAMPLE_COLUMNS,
  SCHEMA,
} from "./columns.ts";
import { find, judge } from "./judge.ts";

/**
 * The statuses that need no attention: measured, measured with messages dropped as was asked for, run by the pilot, or
 * skipped with a reason.
 */
const FINE = ["ok", "dropped", "pilot", "skipped"];

/** Whether a row says that something went wrong. */
export function hasFailed({ status }: Pick<Sample, "status">): boolean {
  return !FINE.includes(status ?? "");
}

/** When in the session a process ran. */
export interface Place {
  session: string;
  round: number;
  position: number;
  seed: number;
  cores: number;
}

/** One row per measured run, and one more for a failure outside of them. */
export function samplesOf(cell: Cell, place: Place, outcome: CellOutcome): Sample[] {
  const { events } = outcome;
  const ready = find(events, "ready");
  const warm = find(events, "warm");
  const base: Sample = {
    ...emptySample(cell, place),
    worker_start_ms: ready?.workerStartMs ?? null,
    rss_ready_bytes: ready?.rssReadyBytes ?? null,
    shared_bytes: ready?.sharedBytes ?? null,
    warmup_runs: warm?.runs ?? null,
    warmup_steady: warm?.steady ?? null,
    rss_peak_bytes: find(events, "end")?.rssPeakBytes ?? null,
    process_ms: outcome.wallMs,
  };
  const isPilot = place.round === 0;
  const { runs, failure } = judge(outcome, {
    secondPass: cell.messageBytes === 1 && !isPilot,
    isPilot,
  });
  const rows = runs
    .map((run, at) => ({
      ...base,
      ...runColumns(run),
      ...(isPilot && isProven(run) ? { status: "pilot" } : {}),
      run: at + 1,
    }));
  return failure === null ? rows : [...rows, { ...base, ...failure }];
}

/** A row for a cell that was not run. */
export function skippedSample(cell: Cell, place: Place, why: string): Sample {
  return { ...emptySample(cell, place), status: "skipped", detail: why };
}

/** How long a run took, µs, also if it dropped messages and so has no figure; null for a run that proves nothing. */
export function timeOf({ elapsed_us, dropped_elapsed_us }: Sample): number | null {
  return elapsed_us ?? dropped_elapsed_us;
}

/** Most fields of a run's report are written to columns of the same names; the exceptions follow. */
function runColumns(run: RunReport): Partial<Sample> {
  const { status, detail, messages, elapsedUs, bytes, writes, peakBytes } = run;
  const told = Object.entries(run).map(([name, value]) => [columnOf(name), value]);
  return {
    ...Object.fromEntries(told.filter(([column]) => column in RUN_COLUMNS)),
    status,
    detail: detail || null,
    messages,
    elapsed_us: status === "ok" ? elapsedUs : null,
    dropped_elapsed_us: status === "dropped" ? elapsedUs : null,
    bytes_per_write: writes === 0 ? null : bytes / writes,
    peak_write_bytes: peakBytes,
    ...waitColumns(run.waits),
  };
}

/** Turns `cpuUserUs` into `cpu_user_us`. */
function columnOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function waitColumns(waits: Waits | null): Partial<Sample> {
  if (waits === null) return {};
  const { handOff, uncorrected, endToEnd, late, backlog } = waits;
  const each = { "": handOff, uncorrected_: uncorrected, end_: endToEnd, late_: late };
  const percentiles = Object.entries(each).flatMap(([of, own]) =>
    Object.entries(own ?? {}).map(([name, us]) => [`${of}${name}_us`, us] as const)
  );
  return {
    ...Object.fromEntries(percentiles.filter(([column]) => column in LATENCY_COLUMNS)),
    clock_error_us: waits.clockErrorUs,
    end_clock_error_us: waits.endClockErrorUs,
    backlog_peak_bytes: backlog?.peakBytes ?? null,
    backlog_mean_bytes: backlog?.meanBytes ?? null,
    unread_peak_bytes: backlog?.unreadPeakBytes ?? null,
    held_peak: backlog?.heldPeak ?? null,
  };
}

/** What is known of a row before its cell has run. */
export function emptySample(cell: Cell, { cores, ...place }: Place): Sample {
  const threads = Math.min(cell.producers, cell.workers);
  return {
    ...emptyRow(SAMPLE_COLUMNS),
    ...identityOf(cell),
    ...place,
    schema: SCHEMA,
    messages: cell.messages,
    rate_per_s: place.round === 0 ? null : cell.ratePerS,
    oversubscribed: threads + (cell.sink === "tcp" ? 2 : 1) > cores,
  };
}
