/** chart.svg: time over producers, a panel a runtime, a line a strategy. */
import { type ChartData, hasFigure, type Series, type Setting } from "./chart_data.ts";
import { panelLayers, type PanelScales } from "./chart_panel.ts";
import { domainOf } from "./page/layout.js";
import { shortened } from "../cli/plain_text.ts";
import { CONFIG, INK, type Placed, svgPicture, textLayer } from "./svg_picture.ts";

/** All in px. The labels of the lines stand to the right of their panel. */
const LEFT = 84;
const TOP = 112;
const HEIGHT = 430;
const LABELS = 224;
const UNDER = 56;
const ROW = 18;
/** Between the panels of one setting and those of the next. */
const BETWEEN = 96;

/** One setting below the other; a cell without a figure is a mark in a row under its panel. */
export function chartSvg(data: ChartData): string {
  const width = data.runtimes.length > 1 ? 290 : 620;
  const missing = data.settings.map((setting) => withoutFigure(setting, data.series));
  const rows = Math.max(...missing.map((series) => series.length));
  const height = HEIGHT + UNDER + (rows === 0 ? 0 : rows * ROW + UNDER / 2);
  const spec = {
    autosize: { type: "none" },
    bounds: "flush",
    // Vega counts a group of plots as having no extent when it is to leave no room for texts.
    spacing: height + BETWEEN,
    vconcat: data.settings.map((setting, at) => settingSpec(setting, data, width, missing[at])),
    config: CONFIG,
  };
  const runtimes = data.runtimes.map(({ name }) => name).join(", ");
  return svgPicture(
    spec as never,
    `Time of a run over producers, both logarithmic, a panel for each of ${runtimes}, a line a strategy. ` +
      "The figures are in report.md.",
    {
      left: LEFT,
      top: TOP,
      width: LEFT + data.runtimes.length * (width + LABELS),
      height: TOP + data.settings.length * (height + BETWEEN) - BETWEEN,
    },
  );
}

/** Strategies that lack a figure in some cell. */
function withoutFigure(setting: Setting, series: readonly Series[]): Series[] {
  return series.filter(({ label }) =>
    setting.cells.some((cell) => cell.label === label && !hasFigure(cell))
  );
}

function settingSpec(
  setting: Setting,
  data: ChartData,
  width: number,
  missing: readonly Series[],
) {
  const drawn = setting.cells.filter(hasFigure);
  const axis = [...new Set(setting.cells.map((cell) => cell.producers))].sort((a, b) => a - b);
  const scales: PanelScales = {
    time: domainOf(
      drawn.flatMap((cell) => [cell.low_us ?? cell.median_us!, cell.high_us ?? cell.median_us!]),
      true,
    ),
    producers: domainOf(axis, true),
    axis,
    width,
    height: HEIGHT,
  };
  const panels = data.runtimes.map(({ name, version }, at) => {
    const cells = setting.cells.filter((cell) => cell.runtime === name);
    const isFirst = at === 0;
    const texts = [
      { x: 0, y: -20, text: shortened(titleOf(name, version), 30), size: 18, weight: 600 },
      ...(isFirst ? headings(setting) : []),
    ];
    const plot = {
      width,
      height: HEIGHT,
      layer: [...panelLayers(cells, data.series, scales, isFirst), textLayer(texts)],
    };
    return {
      spacing: UNDER,
      bounds: "flush",
      vconcat: [
        plot,
        ...(missing.length === 0 ? [] : [stripSpec(cells, missing, scales, isFirst)]),
      ],
    };
  });
  return { spacing: width + LABELS, bounds: "flush", hconcat: panels };
}

/** `node 26.10.0`. */
export function titleOf(runtime: string, version: string): string {
  return runtime.includes(version) ? runtime : `${runtime} ${version}`;
}

function headings(setting: Setting): Placed[] {
  const counts = setting.cells.filter(hasFigure).map((cell) => cell.processes.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const range = least === most ? String(most) : `${least} to ${most}`;
  const band = most > 1 ? "band: its 95 % interval; " : "";
  const over = most > 1 ? `median over ${range} processes a cell` : "one process a cell";
  const x = -LEFT + 18;
  return [
    { x, y: -80, text: `Time of a run: ${shortened(setting.title, 90)}`, size: 22, weight: 600 },
    {
      x,
      y: -54,
      text: `${over}; ${band}hollow and dotted: mostly the fixed cost of a run`,
      size: 14,
      colour: INK.faint,
    },
  ];
}

/** A row for each strategy that has no figure somewhere: skipped cells and failed ones. */
function stripSpec(
  cells: Setting["cells"],
  missing: readonly Series[],
  scales: PanelScales,
  isFirst: boolean,
) {
  const rows = new Map(missing.map(({ label }, at) => [label, at * ROW + ROW / 2]));
  const marks = cells.filter((cell) => !hasFigure(cell)).map((cell) => ({
    producers: cell.producers,
    y: rows.get(cell.label),
    text: cell.status === "skipped" ? "–" : "×",
  }));
  const labels: Placed[] = [
    ...(isFirst ? [{ x: -10, y: ROW / 2, text: "no figure", align: "right" as const }] : []),
    ...(isFirst && missing.length > 1
      ? [{
        x: -10,
        y: ROW * 1.5,
        text: "– skipped",
        align: "right" as const,
        colour: INK.faint,
      }]
      : []),
    ...(isFirst && missing.length > 2
      ? [{ x: -10, y: ROW * 2.5, text: "× failed", align: "right" as const, colour: INK.faint }]
      : []),
    ...missing.map(({ label }) => ({
      x: scales.width + 28,
      y: rows.get(label)!,
      text: shortened(label, 26),
      colour: INK.faint,
    })),
  ];
  return {
    width: scales.width,
    height: missing.length * ROW,
    layer: [
      {
        data: { values: marks },
        mark: { type: "text", fontSize: 17, fontWeight: 700, color: INK.text },
        encoding: {
          x: {
            field: "producers",
            type: "quantitative",
            scale: { type: "log", domain: scales.producers, nice: false },
            axis: null,
          },
          y: { field: "y", type: "quantitative", scale: null, axis: null },
          text: { field: "text", type: "nominal" },
        },
      },
      textLayer(labels),
    ],
  };
}
