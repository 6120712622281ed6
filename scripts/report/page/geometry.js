// @ts-check
/** From cells to places in a panel: what is drawn where, without drawing it. */
import {
  domainOf,
  linearTicks,
  logTicks,
  piecesOf,
  powerTicks,
  scaleOf,
  spread,
} from "./layout.js";
import { count, rate } from "../../cli/units.js";
import { intervalOf, valueOf } from "./metrics.js";

/**
 * @typedef {import("./metrics.js").Metric} Metric
 * @typedef {import("./metrics.js").Cell & {
 *   label: string, producers: number, doubts: readonly string[], open?: { delivered_per_s: number | null }
 * }} Cell a cell in a panel
 * @typedef {{ label: string, colour: string, dash: readonly number[], shape: string }} Series
 * @typedef {object} Axis what the cells of a line differ in
 * @property {string} title
 * @property {(cell: Cell) => number} of
 * @property {(value: number) => string} format
 * @property {(domain: readonly [number, number], room: number) => number[]} logTicks
 *
 * @typedef {{ y: [number, number], x: [number, number], axis: Axis, yLog: boolean, xLog: boolean }} Domains
 *
 * @typedef {object} Point
 * @property {Cell} cell
 * @property {boolean} floor there is a doubt about the figure
 * @property {number} x
 * @property {number} y
 * @property {number[] | null} interval places of its two ends
 * @property {boolean} hasFigure
 */

/** All measures are in px. */
const TOP = 8;
const HEIGHT = 380;
const LEFT = 62;
const LABELS = 194;
const UNDER = 46;
const LABEL_GAP = 15;
/** Narrower panels leave the names to the list of strategies. */
const NARROW = 400;

/** @type {Readonly<Record<string, Axis>>} */
export const AXES = {
  producers: {
    title: "producers",
    of: (cell) => cell.producers,
    format: count,
    logTicks: powerTicks,
  },
  rate: {
    title: "messages delivered/s",
    of: (cell) => cell.open?.delivered_per_s ?? 0,
    format: rate,
    logTicks: (domain, room) => {
      const ticks = logTicks(domain);
      return ticks.filter((_, at) => at % Math.ceil(ticks.length / room) === 0);
    },
  },
};

/**
 * The domains that all panels of a chart share.
 * @param {readonly Cell[]} cells
 * @param {Metric} metric
 * @param {boolean} yLog
 * @param {boolean} xLog
 * @param {Axis} axis
 * @returns {Domains}
 */
export function domainsOf(cells, metric, yLog, xLog, axis = AXES.producers) {
  const values = cells.flatMap((cell) => {
    const value = valueOf(metric, cell);
    return value === null ? [] : [value, ...(intervalOf(metric, cell) ?? [])];
  }).filter((value) => value > 0);
  return { y: domainOf(values, yLog), x: domainOf(cells.map(axis.of), xLog), axis, yLog, xLog };
}

/**
 * @param {number} width of the whole panel
 * @param {readonly Cell[]} cells of one runtime, of the series that are shown
 * @param {readonly Series[]} series
 * @param {readonly string[]} missing names of the series that lack a figure in some panel, so that all panels have the same rows
 * @param {Metric} metric
 * @param {Domains} domains
 * @param {number} plotHeight of the plot alone
 */
export function panelGeometry(width, cells, series, missing, metric, domains, plotHeight = HEIGHT) {
  const isNarrow = width < NARROW;
  const right = width - (isNarrow ? 12 : LABELS);
  const bottom = TOP + plotHeight;
  const row = isNarrow ? 30 : 20;
  const x = scaleOf(domains.x, [LEFT, right], domains.xLog);
  const y = scaleOf(domains.y, [bottom, TOP], domains.yLog);
  const stripY = (/** @type {string} */ label) =>
    bottom + UNDER + missing.indexOf(label) * row + (isNarrow ? 20 : 12);
  /** @param {Cell} cell @returns {Point} */
  const pointOf = (cell) => {
    const value = valueOf(metric, cell);
    return {
      cell,
      floor: cell.doubts.length > 0,
      x: x(domains.axis.of(cell)),
      y: value === null ? stripY(cell.label) : y(value),
      interval: intervalOf(metric, cell)?.map(y) ?? null,
      hasFigure: value !== null,
    };
  };
  const lines = series.map((one) => {
    const places = cells.filter((cell) => cell.label === one.label).map(pointOf)
      .sort((a, b) => a.x - b.x);
    const drawn = places.map((point) => point.hasFigure ? point : null);
    return {
      series: one,
      pieces: piecesOf(drawn),
      // A cell that was verified but has no such figure is mentioned in the note, not marked as if it had failed.
      points: places.filter((point) => point.hasFigure || point.cell.status !== "ok"),
      last: drawn.findLast((point) => point !== null) ?? null,
    };
  });
  const ends = isNarrow
    ? []
    : lines.flatMap(({ series, last }) => last === null ? [] : [{ series, last }]);
  const places = spread(ends.map(({ last }) => last.y), LABEL_GAP, TOP + 4, bottom - 4);
  return {
    width,
    height: bottom + UNDER + (missing.length === 0 ? 0 : missing.length * row + 6),
    left: LEFT,
    right,
    top: TOP,
    bottom,
    isNarrow,
    xTicks: ticksX(domains, right - LEFT).map((value) => ({ value, at: x(value) })),
    yTicks: (domains.yLog ? logTicks(domains.y) : linearTicks(domains.y, 6))
      .map((value) => ({ value, at: y(value) })),
    lines,
    labels: ends.map((line, at) => ({ ...line, at: places[at] })),
    strip: missing.map((label) => ({ label, at: stripY(label) })),
  };
}

/** @param {Domains} domains @param {number} width */
function ticksX({ x, axis, xLog }, width) {
  const room = Math.floor(width / 46);
  return xLog ? axis.logTicks(x, room) : linearTicks(x, Math.min(5, room));
}
