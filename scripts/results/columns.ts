/**
 * Every column of samples.csv, summary.csv, pairs.csv and backlog.csv, in order. Adding one is a line here and its value
 * in `samples.ts`, `summary.ts`, `pair_rows.ts` or `backlog_file.ts`; `docs/columns.md` is written from this list.
 */

export const SCHEMA = 8;

type Kind = "text" | "number" | "flag";

interface Column {
  name: string;
  kind: Kind;
  help: string;
}

/** What a message of an open loop waited, µs: exact over the messages of a run; in a summary the median over processes. */
export const LATENCY_COLUMNS = [
  {
    name: "rate_per_s",
    kind: "number",
    help:
      "open loop: messages/s at which the producers together are due to send; empty at full load",
  },
  {
    name: "p50_us",
    kind: "number",
    help:
      "half of the messages waited at most so long, µs, from when they were due to the consumer's receive()",
  },
  { name: "p90_us", kind: "number", help: "90 % of them" },
  { name: "p99_us", kind: "number", help: "99 % of them" },
  {
    name: "p999_us",
    kind: "number",
    help: "99.9 % of them; empty for a run of fewer than 1,000 messages",
  },
  { name: "max_us", kind: "number", help: "the longest wait of a run" },
  {
    name: "uncorrected_p50_us",
    kind: "number",
    help: "p50_us, counted from when a message was sent and not from when it was due",
  },
  {
    name: "uncorrected_p99_us",
    kind: "number",
    help: "p99_us in the same way: what a producer that is late leaves out",
  },
  { name: "uncorrected_max_us", kind: "number", help: "max_us in the same way" },
  {
    name: "end_p50_us",
    kind: "number",
    help:
      "p50 from when a message was due until the listener had read it, µs; empty without a socket",
  },
  { name: "end_p90_us", kind: "number", help: "p90 of the same" },
  { name: "end_p99_us", kind: "number", help: "p99 of the same" },
  { name: "end_p999_us", kind: "number", help: "p99.9 of the same" },
  { name: "end_max_us", kind: "number", help: "the longest of the same" },
  {
    name: "late_p50_us",
    kind: "number",
    help:
      "half of the messages were sent at most so long after they were due, µs: pacing and back-pressure",
  },
  { name: "late_p99_us", kind: "number", help: "99 % of them" },
  {
    name: "clock_error_us",
    kind: "number",
    help:
      "most by which the clocks of a Worker and of the consumer may differ from what was assumed, µs",
  },
  { name: "end_clock_error_us", kind: "number", help: "the same of a Worker's and the listener's" },
  {
    name: "backlog_peak_bytes",
    kind: "number",
    help: "open loop: most bytes that were sent and not yet received by the consumer",
  },
  { name: "backlog_mean_bytes", kind: "number", help: "mean of the same over the run" },
  {
    name: "unread_peak_bytes",
    kind: "number",
    help: "most bytes that the consumer had received and the listener not read",
  },
  {
    name: "held_peak",
    kind: "number",
    help: "most messages that were due and not sent, because their producers were held up",
  },
] as const satisfies readonly Column[];

/** What tells one cell from another, in both files. */
export const CELL_COLUMNS = [
  {
    name: "machine",
    kind: "text",
    help:
      "fingerprint of the machine: CPU model, cores, memory, system, kernel and architecture, hashed",
  },
  {
    name: "runtime",
    kind: "text",
    help:
      "runtime under test: the name given to it, else its kind, with the version where several of a kind run",
  },
  { name: "runtime_kind", kind: "text", help: "deno, bun or node" },
  { name: "runtime_version", kind: "text", help: "its version" },
  { name: "strategy", kind: "text", help: "strategy or control" },
  { name: "params", kind: "text", help: "all its parameters, name=value, joined by ;, or none" },
  { name: "label", kind: "text", help: "what tables call the strategy with its parameters" },
  { name: "producers", kind: "number", help: "logical producers (P)" },
  { name: "workers", kind: "number", help: "Worker threads asked for (W); min(P, W) are started" },
  {
    name: "run_length",
    kind: "text",
    help:
      "time for which the pilot chose the number of messages (20 ms), or a number: 1000 each, 1000000 in all",
  },
  {
    name: "message_size",
    kind: "text",
    help: "bytes per message (S), or shortest and longest of a mix, 16..4096",
  },
  { name: "message_bytes", kind: "number", help: "bytes of the longest message" },
  {
    name: "workload",
    kind: "text",
    help:
      "bytes: messages of that size; domains: JSON lines of 40 to 400 bytes, made before the clock; " +
      "domains generated: made inside it; filler: lines of the same lengths with letters alone",
  },
  { name: "work_us", kind: "number", help: "µs that a producer works before each message" },
  {
    name: "sink",
    kind: "text",
    help: "tcp: to the listener; none: kept and checked by the consumer itself",
  },
  {
    name: "turn",
    kind: "number",
    help: "messages of a producer before its Worker turns to the next; 0 = all",
  },
  { name: "capacity_bytes", kind: "number", help: "payload that may wait in the hand-off" },
  {
    name: "load",
    kind: "text",
    help:
      "of an open loop: 50% (of the cell's own capacity), 50% of the slowest (at which all may be " +
      "compared), 200000/s; behind it what --pacing says where it is not exponential, how the consumer works, and how slowly the " +
      "listener reads; full at full load",
  },
] as const satisfies readonly Column[];

export const SAMPLE_COLUMNS = [
  { name: "schema", kind: "number", help: "version of this file's columns" },
  {
    name: "session",
    kind: "text",
    help: "UTC time at which the command started; tells joined results apart",
  },
  { name: "round", kind: "number", help: "round, from 1; 0 = the pilot, which no statistic uses" },
  {
    name: "position",
    kind: "number",
    help: "place of the cell in its round's shuffled order, from 1",
  },
  {
    name: "run",
    kind: "number",
    help: "measured run of its process, from 1; empty where there was none",
  },
  ...CELL_COLUMNS,
  { name: "messages", kind: "number", help: "messages per producer (M)" },
  {
    name: "seed",
    kind: "number",
    help:
      "seed of the order, of the messages' content and, with the round, of when they are due in an open loop",
  },
  {
    name: "status",
    kind: "text",
    help:
      "ok, dropped (a hand-off that may drop, and all that is missing was announced), lost, duplicated, reordered, corrupt, timeout, memory-limit, error or skipped",
  },
  { name: "detail", kind: "text", help: "why, where it is not ok" },
  {
    name: "verify",
    kind: "text",
    help: "after: checked when the clock had stopped; inline: as the bytes came",
  },
  {
    name: "elapsed_us",
    kind: "number",
    help:
      "µs from the release of the producers to the acknowledgement of the last byte; empty unless ok",
  },
  { name: "expected", kind: "number", help: "messages that should arrive" },
  { name: "delivered", kind: "number", help: "messages that arrived" },
  { name: "lost", kind: "number", help: "messages that never arrived" },
  { name: "duplicated", kind: "number", help: "messages that arrived again" },
  {
    name: "reordered",
    kind: "number",
    help: "messages that arrived behind a later one of their producer",
  },
  { name: "corrupted", kind: "number", help: "messages whose bytes had changed" },
  {
    name: "dropped",
    kind: "number",
    help: "messages that the hand-off dropped where it was full, each announced for its producer",
  },
  {
    name: "dropped_elapsed_us",
    kind: "number",
    help:
      "the time of a run whose status is dropped, counted like elapsed_us; no statistic compares it with others",
  },
  { name: "bytes", kind: "number", help: "bytes that the consumer wrote" },
  { name: "writes", kind: "number", help: "writes in which it did" },
  { name: "bytes_per_write", kind: "number", help: "bytes / writes" },
  { name: "peak_write_bytes", kind: "number", help: "largest write: how much had gathered" },
  {
    name: "producer_parks",
    kind: "number",
    help: "times that a producer's thread slept, for a lock or for room",
  },
  {
    name: "producer_blocked_us",
    kind: "number",
    help: "µs that the producers' threads waited for either, all together",
  },
  {
    name: "failed_claims",
    kind: "number",
    help: "times that a lock or a place was not to be had at once",
  },
  { name: "consumer_parks", kind: "number", help: "times that the consumer slept" },
  {
    name: "worker_start_ms",
    kind: "number",
    help: "ms from the first new Worker until the last one runs (two at a time)",
  },
  {
    name: "connect_us",
    kind: "number",
    help: "µs to connect and shake hands with the listener; outside the clock",
  },
  { name: "warmup_runs", kind: "number", help: "warm-up runs of the process" },
  {
    name: "warmup_steady",
    kind: "flag",
    help:
      "whether their times had stopped improving before a bound was hit; empty for the one run of a later P of its process",
  },
  {
    name: "cpu_user_us",
    kind: "number",
    help: "user CPU µs of the runtime's process over the run, all threads",
  },
  { name: "cpu_system_us", kind: "number", help: "system CPU µs of the same" },
  {
    name: "listener_cpu_user_us",
    kind: "number",
    help: "user CPU µs of the listener's process until its acknowledgement",
  },
  { name: "listener_cpu_system_us", kind: "number", help: "system CPU µs of the same" },
  {
    name: "rss_ready_bytes",
    kind: "number",
    help:
      "resident memory when all Workers ran, before the warm-up; empty unless the first P of its process",
  },
  {
    name: "rss_peak_bytes",
    kind: "number",
    help:
      "highest resident memory of the process (VmHWM where the system has it); empty unless the first P of its process",
  },
  { name: "shared_bytes", kind: "number", help: "shared memory of the hand-off" },
  {
    name: "oversubscribed",
    kind: "flag",
    help: "whether Workers, consumer and listener were more than the cores",
  },
  {
    name: "process_ms",
    kind: "number",
    help: "ms that the cell took; of the first P of a process with its start",
  },
  ...LATENCY_COLUMNS,
] as const satisfies readonly Column[];

export const SUMMARY_COLUMNS = [
  { name: "schema", kind: "number", help: "version of this file's columns" },
  ...CELL_COLUMNS,
  {
    name: "messages",
    kind: "number",
    help:
      "messages per producer (M); where joined sessions chose several numbers, that of the first",
  },
  { name: "status", kind: "text", help: "ok, or the word of the first row that is not" },
  { name: "detail", kind: "text", help: "why, where it is not ok" },
  { name: "verify", kind: "text", help: "after, inline, or mixed; no ratio mixes them" },
  {
    name: "floor",
    kind: "flag",
    help: "median under 5 times that of empty: mostly fixed cost, so no ratio is drawn",
  },
  {
    name: "oversubscribed",
    kind: "flag",
    help: "whether Workers, consumer and listener were more than the cores",
  },
  {
    name: "processes",
    kind: "number",
    help: "processes with at least one verified run; the unit of replication",
  },
  { name: "runs", kind: "number", help: "verified runs in them" },
  {
    name: "overlong",
    kind: "flag",
    help:
      "median over twice the time that a run was to take; empty where the number of messages was given",
  },
  {
    name: "ns_per_message",
    kind: "number",
    help:
      "median_us / messages of all producers; comparisons use the faster half of each process's runs",
  },
  {
    name: "median_us",
    kind: "number",
    help:
      "time of a run of so many messages: median over processes of the median of their runs, µs",
  },
  { name: "least_us", kind: "number", help: "smallest process median" },
  {
    name: "low_us",
    kind: "number",
    help: "lower end of the median's 95 % bootstrap interval over processes; empty for one process",
  },
  { name: "high_us", kind: "number", help: "upper end" },
  { name: "p25_us", kind: "number", help: "first quartile of the process medians" },
  { name: "p75_us", kind: "number", help: "third quartile" },
  { name: "most_us", kind: "number", help: "largest process median" },
  {
    name: "outliers",
    kind: "number",
    help: "processes whose median is far off (modified z-score above 3.5); they stay in",
  },
  {
    name: "first_run_factor",
    kind: "number",
    help:
      "first measured run / median of the later ones, median over processes: 1 = no first-run effect",
  },
  { name: "messages_per_s", kind: "number", help: "messages of a run / median" },
  { name: "bytes_per_s", kind: "number", help: "bytes of a run / median" },
  {
    name: "speed_vs_channel_each",
    kind: "number",
    help: "ns per message of channel:drain=each / of this: how many times as fast",
  },
  {
    name: "share_of_socket_bulk",
    kind: "number",
    help: "ns per message of socket-bulk / of this: 1 = the ceiling",
  },
  {
    name: "share_of_no_handoff",
    kind: "number",
    help:
      "ns per message of no-handoff / of this: 1 = the hand-off does not matter beside the work",
  },
  {
    name: "cpu_us_per_message",
    kind: "number",
    help: "user and system CPU µs of the runtime's process per message, median",
  },
  { name: "listener_cpu_us_per_message", kind: "number", help: "the same of the listener" },
  { name: "bytes_per_write", kind: "number", help: "median" },
  { name: "rss_peak_bytes", kind: "number", help: "median over processes" },
  ...LATENCY_COLUMNS,
  {
    name: "mostly_pacing",
    kind: "flag",
    help:
      "p50_us under twice the late_p50_us of empty at the same rate: mostly how late the pacing itself is",
  },
  {
    name: "clock_doubtful",
    kind: "flag",
    help: "clock_error_us above a third of p50_us",
  },
  {
    name: "delivered_share",
    kind: "number",
    help:
      "open loop: messages/s delivered over those due, without what empty takes beside its schedule; empty where no empty ran",
  },
  {
    name: "saturated",
    kind: "flag",
    help:
      "delivered_share under 0.97, and p50_us or end_p50_us at least a quarter of what the run ends late: more is due than is delivered, beyond what the end of a run explains",
  },
] as const satisfies readonly Column[];

export const PAIR_COLUMNS = [
  { name: "machine", kind: "text", help: "fingerprint of the machine of both" },
  {
    name: "measure",
    kind: "text",
    help: "what is compared: throughput, or p99 of the messages of an open loop, at one rate",
  },
  {
    name: "family",
    kind: "text",
    help: "runtimes: two runtimes on a strategy; strategies: two strategies under a runtime",
  },
  { name: "on", kind: "text", help: "the strategy, or the runtime, that both have in common" },
  { name: "first", kind: "text", help: "the one that is faster in the mean over all P" },
  { name: "second", kind: "text", help: "the other" },
  {
    name: "setting",
    kind: "text",
    help: "what else both have in common: Workers, message size, and so on",
  },
  { name: "load", kind: "text", help: "column load of both" },
  { name: "producers", kind: "number", help: "one P; empty for the mean over all P of both" },
  { name: "ratio", kind: "number", help: "how many times as fast first is as second" },
  {
    name: "low",
    kind: "number",
    help:
      "lower end of the ratio's 95 % interval: corrected for all pooled pairs of the run; that of one P is not corrected, and has no call",
  },
  { name: "high", kind: "number", help: "upper end" },
  { name: "rounds", kind: "number", help: "rounds in which both have a figure" },
  {
    name: "p_adjusted",
    kind: "number",
    help: "p of the ratio, corrected in the same way; empty for one P",
  },
  {
    name: "call",
    kind: "text",
    help: "faster (first is), same (within the margin) or undecided; empty for one P",
  },
] as const satisfies readonly Column[];

/** One series per cell, of its first verified run: enough for a picture. */
export const BACKLOG_COLUMNS = [
  { name: "runtime", kind: "text", help: "as in samples.csv" },
  { name: "label", kind: "text", help: "what tables call the strategy with its parameters" },
  { name: "producers", kind: "number", help: "logical producers (P)" },
  { name: "workers", kind: "number", help: "Worker threads asked for (W)" },
  { name: "message_bytes", kind: "number", help: "bytes per message (S)" },
  { name: "load", kind: "text", help: "as in samples.csv" },
  { name: "ms", kind: "number", help: "ms from the start of the run" },
  {
    name: "waiting_bytes",
    kind: "number",
    help: "bytes that were sent and not yet received by the consumer at that moment",
  },
  {
    name: "unread_bytes",
    kind: "number",
    help: "bytes that the consumer had received and the listener not read",
  },
  { name: "held_messages", kind: "number", help: "messages that were due and not sent" },
  {
    name: "resident_bytes",
    kind: "number",
    help:
      "resident memory of the runtime's process, which the launcher looks at every 50 ms; empty where the system does not tell it",
  },
] as const satisfies readonly Column[];

type ValueOf<K> = K extends "number" ? number : K extends "flag" ? boolean : string;
/** A row of a table: a value per column, null where it is unknown. */
export type Row<Columns extends readonly Column[]> = {
  [C in Columns[number] as C["name"]]: ValueOf<C["kind"]> | null;
};

export type Sample = Row<typeof SAMPLE_COLUMNS>;
export type Summary = Row<typeof SUMMARY_COLUMNS>;
export type PairRow = Row<typeof PAIR_COLUMNS>;
export type BacklogRow = Row<typeof BACKLOG_COLUMNS>;

/** The page that explains them all. */
export function columnsPage(): string {
  const table = (columns: readonly Column[]) =>
    columns.map(({ name, kind, help }) =>
      `| \`${name}\` | ${kind} | ${help.replaceAll("|", "\\|")} |`
    );
  const head = ["", "| column | type | meaning |", "| --- | --- | --- |"];
  return [
    "# Columns",
    "",
    "All files are plain CSV with one header line. Numbers are raw, the unit is in the name, a cell is empty",
    `where a value is unknown, flags are \`true\` or \`false\`. The schema version is ${SCHEMA}.`,
    "",
    "Text that a spreadsheet would take for a formula (it begins with =, +, -, @, tab or return) has a ' before it.",
    "",
    "A row is trusted only if its `status` is `ok`; every other row has no `elapsed_us`.",
    "",
    "## samples.csv: one row per measured run",
    ...head,
    ...table(SAMPLE_COLUMNS),
    "",
    "## summary.csv: one row per cell",
    "",
    "Recomputed from samples.csv; pilot rows (round 0) and rows that are not `ok` enter no number.",
    ...head,
    ...table(SUMMARY_COLUMNS),
    "",
    "## pairs.csv: one row per pair over all P, and one for each P",
    "",
    "Recomputed from samples.csv. Only a row over all P has a call.",
    ...head,
    ...table(PAIR_COLUMNS),
    "",
    "## backlog.csv: one row per moment",
    "",
    "Written where an open loop's listener reads slowly: how one run of each cell went, the first that was verified.",
    ...head,
    ...table(BACKLOG_COLUMNS),
    "",
    "This page is written from `scripts/results/columns.ts` by `npm test -- --fix`.",
    "",
  ].join("\n");
}
