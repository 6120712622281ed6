/** runtimes.svg: messages a second, the runtimes side by side for every strategy. */
import { rate } from "../cli/units.ts";
import type { ChartData, Setting } from "./chart_data.ts";
import { type Meeting, meetings, rateInterval } from "./largest_common.ts";
import { domainOf, logTicks, scaleOf } from "./page/layout.js";
import { shortened } from "../cli/plain_text.ts";
import { CONFIG, INK, type Placed, svgPicture, textLayer } from "./svg_picture.ts";

/** All in px. Names stand to the left of the plot, figures beside their dots. */
const NAMES = 330;
const WIDTH = 760;
const RIGHT = 110;
const TOP = 112;
const UNDER = 56;
const ROW = 20;
const PAD = 6;
/** Between two settings. */
const BETWEEN = 96;

/** Dots and not bars: on a logarithmic axis the length of a bar says nothing. */
export function runtimesSvg(data: ChartData): string {
  const plots = data.settings.map((setting) => settingPlot(setting, data));
  const height = plots.reduce((sum, plot) => sum + plot.height + UNDER + BETWEEN, TOP - BETWEEN);
  const spec = {
    autosize: { type: "none" },
    bounds: "flush",
    spacing: UNDER + BETWEEN,
    vconcat: plots,
    config: CONFIG,
  };
  return svgPicture(
    spec as never,
    `Messages a second of ${data.runtimes.map(({ name }) => name).join(", ")}, side by side for ` +
      "every strategy. The figures are in report.md.",
    { left: NAMES, top: TOP, width: NAMES + WIDTH + RIGHT, height },
  );
}

interface Dot {
  y: number;
  rate: number;
  low: number;
  high: number;
  colour: string;
  fill: string;
  shape: string;
  floor: boolean;
}

function settingPlot(setting: Setting, data: ChartData) {
  const met = meetings(setting, data.series);
  const group = data.runtimes.length * ROW + 2 * PAD;
  const height = Math.max(1, met.length) * group;
  const dots = met.flatMap((meeting, at) => dotsOf(meeting, data, at * group + PAD));
  const domain = domainOf(dots.flatMap(({ low, high }) => [low, high]), true);
  const x = scaleOf(domain, [0, WIDTH], true);
  const ticks = logTicks(domain);
  const labels = Object.fromEntries(ticks.map((value) => [value, rate(value)]));
  const rates = (field: string, axis: object | null) => ({
    field,
    type: "quantitative",
    title: "messages/s",
    scale: { type: "log", domain, nice: false },
    axis,
  });
  const rows = { field: "y", type: "quantitative", scale: null, axis: null };
  const asIs = (field: string) => ({ field, type: "nominal", scale: null });
  const axis = {
    values: ticks,
    labelExpr: `${JSON.stringify(labels)}[datum.value]`,
    labelOverlap: false,
    titlePadding: 8,
  };
  return {
    width: WIDTH,
    height,
    layer: [
      stripes(met.length, group),
      {
        data: { values: dots },
        mark: { type: "rule", strokeWidth: 3, opacity: 0.45 },
        encoding: {
          x: rates("low", axis),
          x2: { field: "high" },
          y: rows,
          color: asIs("colour"),
        },
      },
      {
        data: { values: dots },
        mark: { type: "point", size: 90, strokeWidth: 1.8, opacity: 1 },
        encoding: {
          x: rates("rate", axis),
          y: rows,
          stroke: asIs("colour"),
          fill: asIs("fill"),
          shape: asIs("shape"),
        },
      },
      textLayer([
        ...headings(setting),
        ...met.flatMap((meeting, at) => names(meeting, data, at * group, group)),
        ...dots.map((dot) => ({
          x: x(dot.high) + 12,
          y: dot.y,
          text: `${dot.floor ? "~" : ""}${rate(dot.rate)}`,
        })),
      ]),
    ],
  };
}

function dotsOf({ series, cells }: Meeting, data: ChartData, top: number): Dot[] {
  return data.runtimes.flatMap(({ name }, row) => {
    const cell = cells.find(({ runtime }) => runtime === name);
    if (cell === undefined) return [];
    const rate = cell.messages_per_s!;
    const [low, high] = rateInterval(cell) ?? [rate, rate];
    return [{
      y: top + row * ROW + ROW / 2,
      rate,
      low,
      high,
      colour: series.colour,
      fill: cell.floor ? INK.paper : series.colour,
      shape: series.shape,
      floor: cell.floor,
    }];
  });
}

function names(
  { series, producers, cells }: Meeting,
  { runtimes }: ChartData,
  top: number,
  height: number,
): Placed[] {
  const x = -NAMES + 18;
  const middle = top + height / 2;
  const at = `at ${producers.toLocaleString("en-US")} producers`;
  return [
    { x, y: middle - 9, text: shortened(series.label, 26), size: 15, weight: 600 },
    { x, y: middle + 10, text: at, colour: INK.faint },
    ...runtimes.map(({ name }, row) => ({
      x: -12,
      y: top + PAD + row * ROW + ROW / 2,
      text: shortened(name, 14) +
        (cells.some(({ runtime }) => runtime === name) ? "" : ": no figure"),
      align: "right" as const,
    })),
  ];
}

/** Every other strategy on grey, from the names to the figures. */
function stripes(count: number, height: number) {
  const values = Array.from({ length: count }, (_, at) => ({
    x: -NAMES + 8,
    x2: WIDTH + RIGHT - 8,
    y: at * height,
    y2: (at + 1) * height,
  })).filter((_, at) => at % 2 === 0);
  const pixels = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
  return {
    data: { values },
    mark: { type: "rect", color: INK.stripe },
    encoding: {
      x: pixels("x"),
      x2: { field: "x2" },
      y: pixels("y"),
      y2: { field: "y2" },
    },
  };
}

function headings(setting: Setting): Placed[] {
  const x = -NAMES + 18;
  return [
    { x, y: -80, text: `Runtimes: ${shortened(setting.title, 90)}`, size: 22, weight: 600 },
    {
      x,
      y: -54,
      text: "messages a second at the largest number of producers that all runtimes have; " +
        "bar: 95 % interval of the median",
      size: 14,
      colour: INK.faint,
    },
    {
      x,
      y: -32,
      text: "hollow, ~: mostly the fixed cost of a run",
      size: 14,
      colour: INK.faint,
    },
  ];
}
