// @ts-check
/** A cell in words: for the name of its point, the tip, and announcements. */
import { count, digits } from "../../cli/units.js";
import { intervalOf, rawValueOf } from "./metrics.js";

export function titleOf(cell) {
  const load = cell.open === undefined ? "" : `, load ${cell.open.load}`;
  return `${cell.runtime}, ${cell.label}, ${producersOf(cell)}${load}`;
}

export function producersOf(cell) {
  return `${count(cell.producers)} ${cell.producers === 1 ? "producer" : "producers"}`;
}

/** The figure, or why there is none. */
export function figureOf(metric, cell) {
  if (cell.status !== "ok") {
    return cell.detail === null ? cell.status : `${cell.status}: ${cell.detail}`;
  }
  const value = rawValueOf(metric, cell);
  return value === null ? `no ${metric.title}` : metric.format(value);
}

/** "95 % interval 1 ms to 2 ms", or an empty text. */
export function intervalText(metric, cell) {
  const interval = intervalOf(metric, cell);
  return interval === null
    ? ""
    : `95 % interval ${metric.format(interval[0])} to ${metric.format(interval[1])}`;
}

export function processesText({ processes }) {
  const good = processes.filter((process) => process.status === "ok").length;
  if (processes.length === 0) return "no process";
  const all = processes.length === 1 ? "1 process" : `${processes.length} processes`;
  return good === processes.length ? all : `${all}, ${processes.length - good} of them failed`;
}

/** What a reader must know about the figure. */
export function caveatsOf(cell) {
  return [
    ...cell.doubts,
    cell.oversubscribed && "more threads than cores",
    cell.verify === "mixed" && "checked in different ways, so no ratio is drawn",
  ].filter((text) => typeof text === "string");
}

/** One sentence. */
export function sentenceOf(metric, cell) {
  const parts = [
    `${titleOf(cell)}: ${figureOf(metric, cell)}`,
    intervalText(metric, cell),
    processesText(cell),
    ...cell.doubts,
  ];
  return parts.filter((part) => part !== "").join("; ");
}

/** The raw figures, as in summary.csv. */
export function rawOf(cell) {
  const number = (value) => value === null ? "unknown" : exact(value);
  const common = [
    ["cpu_us_per_message", number(cell.cpu_us_per_message)],
    ["rss_peak_bytes", number(cell.rss_peak_bytes)],
  ];
  if (cell.open !== undefined) {
    const { delivered_per_s, waits } = cell.open;
    return [
      ["delivered_per_s", number(delivered_per_s)],
      ...Object.entries(waits ?? {}).map(([name, value]) => [name, number(value)]),
      ...common,
    ];
  }
  return [
    ["median_us", number(cell.median_us)],
    ["low_us, high_us", `${number(cell.low_us)}, ${number(cell.high_us)}`],
    ["messages_per_s", number(cell.messages_per_s)],
    ["share_of_socket_bulk", number(cell.share_of_socket_bulk)],
    ...common,
  ];
}

/** Seven digits, which is more than any measurement has. */
function exact(value) {
  return value === 0 ? digits(0) : String(Number(value.toPrecision(7)));
}
