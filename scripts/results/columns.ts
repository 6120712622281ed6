/**
 * Every column of samples.csv, summary.csv, pairs.csv and backlog.csv, in order. A new column needs a line here and its
 * value in `samples.ts`, `summary.ts`, `pair_rows.ts` or `backlog_file.ts`; `docs/columns.md` is generated from this
 * list.
 */

/** Raised whenever `SAMPLE_COLUMNS` changes; results with another number are then refused (docs/architecture.md). */
export const SCHEMA = 8;

type Kind = "text" | "number" | "flag";

interface Column<K extends Kind = Kind> {
  kind: K;
  help: string;
}

/** Columns by name, in the order of the file. */
export type Columns = Readonly<Record<string, Column>>;

function text(help: string): Column<"text"> {
  return { kind: "text", help };
}

function number(help: string): Column<"number"> {
  return { kind: "number", help };
}

function flag(help: string): Column<"flag"> {
  return { kind: "flag", help };
}

/**
 * How long a message of an open loop waited, µs. For a run it is exact over all messages; in a summary it is the median
 * over processes.
 */
export const LATENCY_COLUMNS = {
  rate_per_s: number(
    "open loop: messages/s at which the producers together are due to send; empty at full load",
  ),
  p50_us: number(
    "half of the messages waited at most so long, µs, from when they were due to the consumer's receive()",
  ),
  p90_us: number("90 % of them"),
  p99_us: number("99 % of them"),
  p999_us: number("99.9 % of them; empty for a run of fewer than 1,000 messages"),
  max_us: number("the longest wait of a run"),
  uncorrected_p50_us: number(
    "p50_us, counted from when a message was sent and not from when it was due",
  ),
  uncorrected_p99_us: number("p99_us in the same way: what a producer that is late leaves out"),
  uncorrected_max_us: number("max_us in the same way"),
  end_p50_us: number(
    "p50 from when a message was due until the listener had read it, µs; empty without a socket",
  ),
  end_p90_us: number("p90 of the same"),
  end_p99_us: number("p99 of the same"),
  end_p999_us: number("p99.9 of the same"),
  end_max_us: number("the longest of the same"),
  late_p50_us: number(
    "half of the messages were sent at most so long after they were due, µs: pacing and back-pressure",
  ),
  late_p99_us: number("99 % of them"),
  clock_error_us: number(
    "most by which the clocks of a Worker and of the consumer may differ from what was assumed, µs",
  ),
  end_clock_error_us: number("the same of a Worker's and the listener's"),
  backlog_peak_bytes: number(
    "open loop: most bytes that were sent and not yet received by the consumer",
  ),
  backlog_mean_bytes: number("mean of the same over the run"),
  unread_peak_bytes: number("most bytes that the consumer had received and the listener not read"),
  held_peak: number(
    "most messages that were due and not sent, because their producers were held up",
  ),
} satisfies Columns;

/** The columns that distinguish one cell from another, in both files. */
export const CELL_COLUMNS = {
  machine: text(
    "fingerprint of the machine: CPU model, cores, memory, system, kernel and architecture, hashed",
  ),
  runtime: text(
    "runtime under test: the name given to it, else its kind, with the version where several of a kind run",
  ),
  runtime_kind: text("deno, bun or node"),
  runtime_version: text("its version"),
  strategy: text("strategy or control"),
  params: text("all its parameters, name=value, joined by ;, or none"),
  label: text("what tables call the strategy with its parameters"),
  producers: number("logical producers (P)"),
  workers: number("Worker threads asked for (W); min(P, W) are started"),
  run_length: text(
    "time for which the pilot chose the number of messages (10 ms), or a number: 1000 each, 1000000 in all",
  ),
  message_size: text("bytes per message (S), or shortest and longest of a mix, 16..4096"),
  message_bytes: number("bytes of the longest message"),
  workload: text(
    "bytes: messages of that size; domains: JSON lines of 40 to 400 bytes, made before the clock; " +
      "domains generated: made inside it; filler: lines of the same lengths with letters alone",
  ),
  work_us: number("µs that a producer works before each message"),
  sink: text("tcp: to the listener; none: kept and checked by the consumer itself"),
  turn: number("messages of a producer before its Worker turns to the next; 0 = all"),
  capacity_bytes: number("payload that may wait in the hand-off"),
  load: text(
    "full at full load; else the rate: 50% (of the cell's own throughput at full load), 50% of the slowest (of the slowest " +
      "cell's), or 200000/s; then pacing, consumer work and slow reading, where they are not the default",
  ),
} satisfies Columns;

/** Columns that describe one run. */
export const RUN_COLUMNS = {
  verify: text("after: checked when the clock had stopped; inline: as the bytes came"),
  elapsed_us: number(
    "µs from the release of the producers to the acknowledgement of the last byte; of runs that are ok, those of the pilot among them",
  ),
  expected: number("messages that should arrive"),
  delivered: number("messages that arrived"),
  lost: number("messages that never arrived"),
  duplicated: number("messages that arrived again"),
  reordered: number("messages that arrived behind a later one of their producer"),
  corrupted: number("messages whose bytes had changed"),
  dropped: number(
    "messages that the hand-off dropped where it was full, each announced for its producer",
  ),
  dropped_elapsed_us: number(
    "the time of a run whose status is dropped, counted like elapsed_us; no statistic compares it with others",
  ),
  bytes: number("bytes that the consumer wrote"),
  writes: number("writes in which it did"),
  bytes_per_write: number("bytes / writes"),
  peak_write_bytes: number("largest write: how much had gathered"),
  producer_parks: number("times that a producer's thread slept, for a lock or for room"),
  producer_blocked_us: number("µs that the producers' threads waited for either, all together"),
  failed_claims: number("times that a lock or a place was not to be had at once"),
  consumer_parks: number("times that the consumer slept"),
  worker_start_ms: number(
    "ms from the first new Worker until the last one runs (two at a time); empty where the hand-off of the P before goes on",
  ),
  connect_us: number("µs to connect and shake hands with the listener; outside the clock"),
  warmup_runs: number("warm-up runs at this P"),
  warmup_steady: flag(
    "whether the last of them were no longer faster; empty where the process was warm already",
  ),
  cpu_user_us: number("user CPU µs of the runtime's process over the run, all threads"),
  cpu_system_us: number("system CPU µs of the same"),
  listener_cpu_user_us: number("user CPU µs of the listener's process until its acknowledgement"),
  listener_cpu_system_us: number("system CPU µs of the same"),
} satisfies Columns;

export const SAMPLE_COLUMNS = {
  schema: number("version of this file's columns"),
  session: text("UTC time at which the command started; tells joined results apart"),
  round: number("round, from 1; 0 = the pilot, which no statistic uses"),
  position: number("place of the cell in its round's shuffled order, from 1"),
  run: number("measured run of its process, from 1; empty where there was none"),
  ...CELL_COLUMNS,
  messages: number("messages per producer (M)"),
  seed: number(
    "seed of the order, of the messages' content and, with the round, of when they are due in an open loop",
  ),
  status: text(
    "ok, pilot (a run of the pilot that was ok), dropped (a hand-off that may drop, and all that is missing was announced), lost, duplicated, reordered, corrupt, timeout, memory-limit, error or skipped",
  ),
  detail: text("why, where it is not ok"),
  ...RUN_COLUMNS,
  rss_ready_bytes: number(
    "resident memory when all Workers ran, before the warm-up; empty unless the first P of its process",
  ),
  rss_peak_bytes: number(
    "highest resident memory of the process (VmHWM where the system has it); empty unless the first P of its process",
  ),
  shared_bytes: number("shared memory of the hand-off"),
  oversubscribed: flag("whether Workers, consumer and listener were more than the cores"),
  process_ms: number("ms that the cell took; of the first P of a process with its start"),
  ...LATENCY_COLUMNS,
} satisfies Columns;

export const SUMMARY_COLUMNS = {
  schema: number("version of this file's columns"),
  ...CELL_COLUMNS,
  messages: number(
    "messages per producer (M); where joined sessions chose several numbers, that of the first",
  ),
  status: text("ok, or the word of the first row that is not"),
  detail: text("why, where it is not ok"),
  verify: text("after, inline, or mixed; no ratio mixes them"),
  floor: flag("median under 5 times that of empty: mostly fixed cost, so no ratio is drawn"),
  oversubscribed: flag("whether Workers, consumer and listener were more than the cores"),
  processes: number("processes with at least one verified run; the unit of replication"),
  runs: number("verified runs in them"),
  overlong: flag(
    "median over twice the time that a run was to take; empty where the number of messages was given",
  ),
  ns_per_message: number(
    "median_us / messages of all producers",
  ),
  median_us: number(
    "time of a run of so many messages: median over processes of the median of their runs, µs",
  ),
  least_us: number("smallest process median"),
  low_us: number(
    "lower end of the median's 95 % bootstrap interval over processes; empty for one process",
  ),
  high_us: number("upper end"),
  p25_us: number("first quartile of the process medians"),
  p75_us: number("third quartile"),
  most_us: number("largest process median"),
  outliers: number("processes whose median is far off (modified z-score above 3.5); they stay in"),
  first_run_factor: number(
    "first measured run / median of the later ones, median over processes: 1 = no first-run effect",
  ),
  messages_per_s: number("messages of a run / median"),
  bytes_per_s: number("bytes of a run / median"),
  speed_vs_channel_each: number(
    "ns per message of channel:drain=each / of this: how many times as fast",
  ),
  share_of_socket_bulk: number("ns per message of socket-bulk / of this: 1 = the ceiling"),
  share_of_no_handoff: number(
    "ns per message of no-handoff / of this: 1 = the hand-off does not matter beside the work",
  ),
  cpu_us_per_message: number("user and system CPU µs of the runtime's process per message, median"),
  listener_cpu_us_per_message: number("the same of the listener"),
  bytes_per_write: number("median"),
  rss_peak_bytes: number("median over processes"),
  ...LATENCY_COLUMNS,
  mostly_pacing: flag(
    "p50_us under twice the late_p50_us of empty at the same rate: mostly how late the pacing itself is",
  ),
  clock_doubtful: flag("clock_error_us above a third of p50_us"),
  delivered_share: number(
    "open loop: messages/s delivered over those due, without what empty takes beside its schedule; empty where no empty ran",
  ),
  saturated: flag(
    "delivered_share under 0.97, and p50_us or end_p50_us at least a quarter of the time by which the run ends late: a queue grows",
  ),
} satisfies Columns;

export const PAIR_COLUMNS = {
  machine: text("fingerprint of the machine of both"),
  measure: text(
    "what is compared: throughput, or p99 of the messages of an open loop, at one rate",
  ),
  family: text("runtimes: two runtimes on a strategy; strategies: two strategies under a runtime"),
  on: text("the strategy, or the runtime, that both have in common"),
  first: text("the one that is faster in the mean over all P"),
  second: text("the other"),
  setting: text("what else both have in common: Workers, message size, and so on"),
  load: text("column load of both"),
  producers: number("one P; empty for the mean over all P of both"),
  ratio: number("how many times as fast first is as second"),
  low: number(
    "lower end of the ratio's 95 % interval: corrected for all pooled pairs of the session; that of one P is not corrected, and has no call",
  ),
  high: number("upper end"),
  rounds: number("rounds in which both have a figure"),
  p_adjusted: number("p of the ratio, corrected in the same way; empty for one P"),
  call: text("faster (first is), same (within the margin) or undecided; empty for one P"),
} satisfies Columns;

/** One series per cell, that of its first verified run, which is enough for a chart. */
export const BACKLOG_COLUMNS = {
  runtime: text("as in samples.csv"),
  label: CELL_COLUMNS.label,
  producers: CELL_COLUMNS.producers,
  workers: number("Worker threads asked for (W)"),
  message_bytes: number("bytes per message (S)"),
  load: text("as in samples.csv"),
  ms: number("ms from the start of the run"),
  waiting_bytes: number("bytes that were sent and not yet received by the consumer at that moment"),
  unread_bytes: number("bytes that the consumer had received and the listener not read"),
  held_messages: number("messages that were due and not sent"),
  resident_bytes: number(
    "resident memory of the runtime's process, which the launcher looks at every 50 ms; empty where the system does not tell it",
  ),
} satisfies Columns;

type ValueOf<K> = K extends "number" ? number : K extends "flag" ? boolean : string;
/** A row of a table: a value per column, null where it is unknown. */
export type Row<C extends Columns> = { [N in keyof C]: ValueOf<C[N]["kind"]> | null };

export type Sample = Row<typeof SAMPLE_COLUMNS>;
export type Summary = Row<typeof SUMMARY_COLUMNS>;
export type PairRow = Row<typeof PAIR_COLUMNS>;
export type BacklogRow = Row<typeof BACKLOG_COLUMNS>;

/** The names of columns, in the order of the file. */
export function namesOf<C extends Columns>(columns: C): (keyof C & string)[] {
  return Object.keys(columns);
}

/** A row in which every value is unknown. */
export function emptyRow<C extends Columns>(columns: C): Row<C> {
  return Object.fromEntries(namesOf(columns).map((name) => [name, null])) as Row<C>;
}

/** The text of docs/columns.md, which explains all columns. */
export function columnsPage(): string {
  const table = (columns: Columns) =>
    Object.entries(columns).map(([name, { kind, help }]) =>
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
    "A figure counts only if the `status` of its row is `ok`. Rows of the pilot have a time as well, which no statistic uses; other rows have none.",
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
