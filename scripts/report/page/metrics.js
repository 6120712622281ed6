// @ts-check
/** The figures that a chart can show: how each comes out of a cell, and how it is written. */
import { count, digits, memory, percent, rate, time } from "../../cli/units.js";

/**
 * @typedef {object} Process
 * @property {number | null} median_us
 * @property {number | null} cpu_us_per_message
 * @property {number | null} rss_peak_bytes
 * @property {Waits} [waits]
 *
 * @typedef {{ readonly [column: string]: number | null }} Waits what an open loop has measured, by the summary's columns
 *
 * @typedef {object} Cell
 * @property {string} status
 * @property {number | null} median_us
 * @property {number | null} low_us
 * @property {number | null} high_us
 * @property {number | null} messages_per_s
 * @property {number | null} share_of_socket_bulk
 * @property {number | null} cpu_us_per_message
 * @property {number | null} rss_peak_bytes
 * @property {{ waits: Waits | null }} [open]
 *
 * @typedef {object} Metric
 * @property {string} key
 * @property {string} title
 * @property {"higher"} [better] left out where lower is better
 * @property {(cell: Cell) => number | null} of null where there is none
 * @property {(us: number, cell: Cell) => number} [fromTime] from the time of a run, where the figure follows from it
 * @property {(process: Process) => number | null} [ofProcess] from a process, where it does not
 * @property {(value: number) => string} format
 */

const nanoseconds = (/** @type {number} */ ns) =>
  ns < 1_000 ? `${digits(ns)} ns` : ns < 1e6 ? `${digits(ns / 1e3)} µs` : `${digits(ns / 1e6)} ms`;
/** Messages of a run. @param {Cell} cell */
const messagesOf = (cell) => (cell.messages_per_s ?? 0) * (cell.median_us ?? 0) / 1e6;

/** Figures at full load. @type {readonly Metric[]} */
export const METRICS = [
  {
    key: "rate",
    title: "messages/s",
    better: "higher",
    of: (cell) => cell.messages_per_s,
    fromTime: (us, cell) => messagesOf(cell) / us * 1e6,
    format: rate,
  },
  {
    key: "price",
    title: "ns per message",
    of: (cell) => cell.messages_per_s === null ? null : 1e9 / cell.messages_per_s,
    fromTime: (us, cell) => us * 1_000 / messagesOf(cell),
    format: nanoseconds,
  },
  {
    key: "time",
    title: "time of a run",
    of: (cell) => cell.median_us,
    fromTime: (us) => us,
    format: time,
  },
  {
    key: "share",
    title: "share of socket-bulk",
    better: "higher",
    of: (cell) => cell.share_of_socket_bulk,
    // The ceiling, too, differs from process to process, so one process has no share of its own.
    format: percent,
  },
  {
    key: "cpu",
    title: "CPU time per message",
    of: (cell) => cell.cpu_us_per_message,
    ofProcess: (process) => process.cpu_us_per_message,
    format: (us) => nanoseconds(us * 1_000),
  },
  {
    key: "memory",
    title: "peak resident memory",
    of: (cell) => cell.rss_peak_bytes,
    ofProcess: (process) => process.rss_peak_bytes,
    format: memory,
  },
];

/**
 * @param {string} key a column of the summary
 * @param {string} title
 * @param {(value: number) => string} format
 * @returns {Metric}
 */
const ofOpenLoop = (key, title, format) => ({
  key,
  title,
  of: (cell) => cell.open?.waits?.[key] ?? null,
  ofProcess: (process) => process.waits?.[key] ?? null,
  format,
});

/** Figures of an open loop. @type {readonly Metric[]} */
const OPEN_METRICS = [
  ofOpenLoop("p50_us", "wait in the hand-off, p50", time),
  ofOpenLoop("p90_us", "wait in the hand-off, p90", time),
  ofOpenLoop("p99_us", "wait in the hand-off, p99", time),
  ofOpenLoop("p999_us", "wait in the hand-off, p99.9", time),
  ofOpenLoop("max_us", "wait in the hand-off, longest of a run", time),
  ofOpenLoop("uncorrected_p99_us", "the same from the sending, p99 (uncorrected)", time),
  ofOpenLoop("end_p50_us", "wait end to end, p50", time),
  ofOpenLoop("end_p99_us", "wait end to end, p99", time),
  ofOpenLoop("end_p999_us", "wait end to end, p99.9", time),
  ofOpenLoop("end_max_us", "wait end to end, longest of a run", time),
  ofOpenLoop("backlog_peak_bytes", "most bytes waiting in the hand-off", memory),
  ofOpenLoop("unread_peak_bytes", "most bytes received but not read", memory),
  ofOpenLoop("held_peak", "most messages due but not sent", (held) => count(Math.round(held))),
  ...METRICS.filter(({ key }) => key === "cpu" || key === "memory"),
];

/**
 * The figures that a setting can show; in an open loop, the first one and every other that some cell has.
 * @param {{ cells: readonly Cell[] }} setting
 */
export function metricsOf({ cells }) {
  return cells.some(({ open }) => open === undefined)
    ? METRICS
    : OPEN_METRICS.filter((metric, at) =>
      at === 0 || cells.some((cell) => rawValueOf(metric, cell) !== null)
    );
}

/** The figure of a cell; null where there is none. @param {Metric} metric @param {Cell} cell */
export function rawValueOf(metric, cell) {
  const value = cell.status === "ok" ? metric.of(cell) : null;
  return value !== null && value >= 0 && Number.isFinite(value) ? value : null;
}

/** A figure that can be drawn on either axis, or null. @param {Metric} metric @param {Cell} cell */
export function valueOf(metric, cell) {
  return rawValueOf(metric, cell) || null;
}

/**
 * The ends of the 95 % interval, or null where the metric or the cell has none.
 * @param {Metric} metric
 * @param {Cell} cell
 */
export function intervalOf(metric, cell) {
  if (metric.fromTime === undefined || cell.low_us === null || cell.high_us === null) return null;
  if (valueOf(metric, cell) === null) return null;
  const ends = [metric.fromTime(cell.low_us, cell), metric.fromTime(cell.high_us, cell)];
  return [Math.min(...ends), Math.max(...ends)];
}

/** What one process of a cell has, or null. @param {Metric} metric @param {Cell} cell @param {Process} process */
export function processValueOf(metric, cell, process) {
  if (metric.fromTime === undefined) return metric.ofProcess?.(process) ?? null;
  return process.median_us === null || valueOf(metric, cell) === null
    ? null
    : metric.fromTime(process.median_us, cell);
}
