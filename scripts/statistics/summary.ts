/** One row per cell, recomputed from the samples: nothing here is measured. */
import {
  CELL_COLUMNS,
  emptyRow,
  namesOf,
  type Sample,
  SCHEMA,
  type Summary,
  SUMMARY_COLUMNS,
} from "../results/columns.ts";
import { FULL_LOAD, runTimeMsOf, settingOf } from "../results/labels.ts";
import { runTimeUs } from "../results/run_length.ts";
import { type CellIdentity, cellKey } from "../results/cell_key.ts";
import { doubtsOf, keepingUp, waitsOf } from "./latency.ts";
import { known, median, medianInterval, outliers, quantile } from "./order.ts";
import { byProcess, nsOf, processFigures } from "./processes.ts";

/** A run over this many times the wanted time is called overlong. */
const OVERLONG = 2;
/** A cell under this many times `empty` is mostly the fixed cost of a run. */
const FIXED_COST_FACTOR = 5;

/** Whether a time says little about the messages, compared with a run without any (both µs). */
export function isMostlyFixedCost(us: number, emptyUs: number): boolean {
  return us < FIXED_COST_FACTOR * emptyUs;
}

/** Rows are in the order of the plan (that of the pilot, which is not shuffled), ascending in P. */
export function summarize(samples: readonly Sample[]): Summary[] {
  const place = new Map<string, number>();
  for (const sample of samples) {
    const key = lineKey(sample);
    if (!place.has(key)) place.set(key, place.size);
  }
  const cells = Map.groupBy(
    samples.filter((sample) => sample.round !== 0 || sample.status === "skipped"),
    cellKey,
  );
  const rows = [...cells.values()].map(summarizeCell);
  const settings = Map.groupBy(rows, settingKey);
  const anyLoad = (row: Summary) => settingKey({ ...row, load: null });
  const atAnyLoad = Map.groupBy(rows, anyLoad);
  return rows
    .map((row) => withReferences(row, settings.get(settingKey(row))!))
    .map((row) =>
      row.load === FULL_LOAD ? row : { ...row, ...keepingUp(row, atAnyLoad.get(anyLoad(row))!) }
    )
    .sort((a, b) => place.get(lineKey(a))! - place.get(lineKey(b))! || a.producers! - b.producers!);
}

function lineKey(row: CellIdentity): string {
  const { run_length, load, message_size, work_us, workers } = row;
  const { runtime, runtime_version, strategy, params } = row;
  return [
    ...[run_length, load, message_size, work_us, workers],
    ...[runtime, runtime_version, strategy, params],
  ].join("|");
}

/** What two cells must have in common to be compared, apart from the strategy. */
function settingKey(row: Summary): string {
  return [settingOf(row), row.runtime, row.runtime_version, row.producers].join("|");
}

function summarizeCell(samples: Sample[]): Summary {
  const first = samples[0];
  const ok = samples.filter((sample) => sample.status === "ok");
  const bad = samples.find((sample) => sample.status !== "ok");
  const processes = [...byProcess(ok).values()];
  // First ns per message, because joined sessions may have chosen different numbers of messages; then the time for as
  // many messages as the first run has.
  const sent = Math.max(1, ok[0]?.delivered ?? 1);
  const medians = [...processFigures(ok).values()].map((ns) => ns * sent / 1_000);
  const middle = known(median(medians));
  const runTimeMs = runTimeMsOf(first.run_length);
  const wantedUs = runTimeMs === null || first.load !== FULL_LOAD
    ? null
    : runTimeUs(runTimeMs, first.producers!);
  const [low, high] = medians.length > 1 ? medianInterval(medians) : [NaN, NaN];
  const verify = new Set(ok.map((sample) => sample.verify));
  const both = (user: number | null, system: number | null) =>
    user === null ? null : user + system!;
  const perMessage = (value: (sample: Sample) => number | null) => {
    const values = ok.filter((sample) => sample.delivered! > 0 && value(sample) !== null)
      .map((sample) => value(sample)! / sample.delivered!);
    return known(median(values));
  };
  return {
    ...emptyRow(SUMMARY_COLUMNS),
    ...(Object.fromEntries(
      namesOf(CELL_COLUMNS).map((name) => [name, first[name]]),
    ) as unknown as CellIdentity),
    schema: SCHEMA,
    messages: ok[0]?.messages ?? first.messages,
    status: bad?.status ?? "ok",
    detail: bad?.detail ?? null,
    verify: verify.size > 1 ? "mixed" : [...verify][0] ?? null,
    oversubscribed: first.oversubscribed,
    processes: processes.length,
    runs: ok.length,
    overlong: middle === null || wantedUs === null ? null : middle > OVERLONG * wantedUs,
    ns_per_message: middle === null || ok[0].delivered === 0 ? null : middle * 1_000 / sent,
    median_us: middle,
    least_us: known(quantile(medians, 0)),
    low_us: known(low),
    high_us: known(high),
    p25_us: known(quantile(medians, 0.25)),
    p75_us: known(quantile(medians, 0.75)),
    most_us: known(quantile(medians, 1)),
    outliers: outliers(medians).length,
    first_run_factor: known(median(processes.flatMap(firstRunFactor))),
    messages_per_s: middle === null ? null : (ok[0].delivered! / middle) * 1e6,
    bytes_per_s: middle === null ? null : (ok[0].bytes! / middle) * 1e6,
    cpu_us_per_message: perMessage((one) => both(one.cpu_user_us, one.cpu_system_us)),
    listener_cpu_us_per_message: perMessage((one) =>
      both(one.listener_cpu_user_us, one.listener_cpu_system_us)
    ),
    bytes_per_write: known(
      median(ok.map((sample) => sample.bytes_per_write!).filter((bytes) => bytes !== null)),
    ),
    rss_peak_bytes: known(median(processes.flatMap((runs) => runs[0].rss_peak_bytes ?? []))),
    ...waitsOf(processes),
  };
}

/** For each process, how many times as long its first run took; none where it measured only one run. */
function firstRunFactor(runs: readonly Sample[]): number[] {
  const first = runs.find(({ run }) => run === 1);
  const later = runs.filter(({ run }) => run !== 1).map(nsOf);
  return first === undefined || later.length === 0 ? [] : [nsOf(first) / median(later)];
}

/** Whether a row has a figure that may be used in a ratio. */
export function isComparable(row: Summary | undefined): row is Summary {
  return row?.status === "ok" && row.median_us !== null && row.floor !== true &&
    row.verify !== "mixed";
}

/**
 * Adds what depends on the neighbours: whether the cell is mostly fixed cost, and the ratios where they mean something.
 */
function withReferences(row: Summary, setting: readonly Summary[]): Summary {
  const reference = (strategy: string, params: string | null) =>
    setting.find((other) =>
      other.strategy === strategy && (params === null || other.params === params) &&
      other.status === "ok"
    );
  const empty = reference("empty", null);
  // In an open loop the producers determine how long a run takes, whatever is measured.
  if (row.load !== FULL_LOAD) return { ...row, ...doubtsOf(row, empty) };
  const isFloor = (other: Summary) =>
    empty !== undefined && other.strategy !== "empty" && other.median_us !== null &&
    isMostlyFixedCost(other.median_us, empty.median_us!);
  const ratioTo = (other: Summary | undefined) =>
    other === undefined || row.ns_per_message === null || row.status !== "ok" ||
      isFloor(row) || isFloor(other) || other.verify !== row.verify || row.verify === "mixed"
      ? null
      : other.ns_per_message! / row.ns_per_message;
  return {
    ...row,
    floor: row.median_us === null || empty === undefined ? null : isFloor(row),
    speed_vs_channel_each: ratioTo(reference("channel", "drain=each")),
    share_of_socket_bulk: ratioTo(reference("socket-bulk", null)),
    share_of_no_handoff: ratioTo(reference("no-handoff", null)),
  };
}
