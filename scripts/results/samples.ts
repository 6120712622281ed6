/** Turns what a cell's process said into rows. A run that was not proven has no number. */
import type { Waits } from "../../bench/latency/waits.ts";
import { isProven, type RunReport } from "../../bench/process/spec.ts";
import type { CellOutcome } from "../processes/cell_process.ts";
import type { Cell } from "./plan.ts";
import { identityOf } from "./cell_key.ts";
import { emptyRow, type Sample, SAMPLE_COLUMNS, SCHEMA } from "./columns.ts";
import { find, judge } from "./judge.ts";

/** Words of rows that nobody has to mend: measured, with messages dropped as was asked for, piloted, or left out with its reason. */
const FINE = ["ok", "dropped", "pilot", "skipped"];

/** Whether a row says that something went wrong. */
export function hasFailed({ status }: Pick<Sample, "status">): boolean {
  return !FINE.includes(status ?? "");
}

/** Where in the session a process ran. */
export interface Place {
  session: string;
  round: number;
  position: number;
  seed: number;
  cores: number;
}

/** One row per measured run, and one more for what went wrong outside of them. */
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

/** What a run took, µs, also where it may have dropped messages and has no figure; null of one that proves nothing. */
export function timeOf({ elapsed_us, dropped_elapsed_us }: Sample): number | null {
  return elapsed_us ?? dropped_elapsed_us;
}

function runColumns(run: RunReport): Partial<Sample> {
  const { status, detail } = run;
  return {
    status,
    detail: detail || null,
    verify: run.verify,
    messages: run.messages,
    elapsed_us: status === "ok" ? run.elapsedUs : null,
    expected: run.expected,
    delivered: run.delivered,
    lost: run.lost,
    duplicated: run.duplicated,
    reordered: run.reordered,
    corrupted: run.corrupted,
    dropped: run.dropped,
    dropped_elapsed_us: status === "dropped" ? run.elapsedUs : null,
    bytes: run.bytes,
    writes: run.writes,
    bytes_per_write: run.writes === 0 ? null : run.bytes / run.writes,
    peak_write_bytes: run.peakBytes,
    producer_parks: run.producerParks,
    producer_blocked_us: run.producerBlockedUs,
    failed_claims: run.failedClaims,
    consumer_parks: run.consumerParks,
    connect_us: run.connectUs,
    cpu_user_us: run.cpuUserUs,
    cpu_system_us: run.cpuSystemUs,
    listener_cpu_user_us: run.listenerCpuUserUs,
    listener_cpu_system_us: run.listenerCpuSystemUs,
    ...waitColumns(run.waits),
  };
}

function waitColumns(waits: Waits | null): Partial<Sample> {
  if (waits === null) return {};
  const { handOff, uncorrected, endToEnd, late } = waits;
  return {
    p50_us: handOff?.p50 ?? null,
    p90_us: handOff?.p90 ?? null,
    p99_us: handOff?.p99 ?? null,
    p999_us: handOff?.p999 ?? null,
    max_us: handOff?.max ?? null,
    uncorrected_p50_us: uncorrected?.p50 ?? null,
    uncorrected_p99_us: uncorrected?.p99 ?? null,
    uncorrected_max_us: uncorrected?.max ?? null,
    end_p50_us: endToEnd?.p50 ?? null,
    end_p90_us: endToEnd?.p90 ?? null,
    end_p99_us: endToEnd?.p99 ?? null,
    end_p999_us: endToEnd?.p999 ?? null,
    end_max_us: endToEnd?.max ?? null,
    late_p50_us: late.p50,
    late_p99_us: late.p99,
    clock_error_us: waits.clockErrorUs,
    end_clock_error_us: waits.endClockErrorUs,
    backlog_peak_bytes: waits.backlog?.peakBytes ?? null,
    backlog_mean_bytes: waits.backlog?.meanBytes ?? null,
    unread_peak_bytes: waits.backlog?.unreadPeakBytes ?? null,
    held_peak: waits.backlog?.heldPeak ?? null,
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
