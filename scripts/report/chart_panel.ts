/** The layers of one panel of chart.svg, as Vega-Lite takes them. */
import { time } from "../cli/units.ts";
import { type ChartCell, hasFigure, type Series } from "./chart_data.ts";
import { logTicks, piecesOf, powerTicks, scaleOf, spread } from "./page/layout.js";
import { shortened } from "../cli/plain_text.ts";
import { INK, textLayer } from "./svg_picture.ts";

export interface PanelScales {
  /** µs. */
  time: [number, number];
  producers: [number, number];
  /** All P that were asked for, ascending. */
  axis: number[];
  width: number;
  height: number;
}

interface Line extends Series {
  /** In the order of the axis, null where there is no figure. */
  points: (ChartCell | null)[];
}

/** px between the baselines of two labels. */
const LABEL_GAP = 17;
const LONGEST_LABEL = 26;
/** Shorter than any dash of a strategy. */
const FLOOR_DASH = [1.5, 3.5];

export function panelLayers(
  cells: readonly ChartCell[],
  series: readonly Series[],
  scales: PanelScales,
  isFirst: boolean,
): object[] {
  const lines = series.map((one) => ({
    ...one,
    points: scales.axis.map((producers) =>
      cells.find((cell) =>
        cell.label === one.label && cell.producers === producers && hasFigure(cell)
      ) ?? null
    ),
  }));
  return [
    bands(lines, encodings(scales, isFirst)),
    strokes(lines, encodings(scales, isFirst)),
    marks(lines, encodings(scales, isFirst)),
    ...lineEnds(lines, scales),
  ];
}

function encodings({ time: domain, producers, width }: PanelScales, isFirst: boolean) {
  const times = logTicks(domain);
  // The labels are written here, since Vega's own formats know no µs. All come from our own numbers.
  const labels = Object.fromEntries(times.map((us) => [us, time(us)]));
  return {
    x: {
      field: "producers",
      type: "quantitative",
      title: "producers",
      scale: { type: "log", domain: producers, nice: false },
      axis: {
        values: powerTicks(producers, Math.floor(width / 46)),
        format: ",d",
        labelOverlap: false,
        titlePadding: 8,
      },
    },
    y: {
      field: "median_us",
      type: "quantitative",
      title: null,
      scale: { type: "log", domain, nice: false },
      axis: {
        values: times,
        labels: isFirst,
        ticks: isFirst,
        labelPadding: 6,
        labelOverlap: false,
        labelExpr: `${JSON.stringify(labels)}[datum.value]`,
      },
    },
    detail: { field: "piece", type: "nominal" },
  };
}

type Encodings = ReturnType<typeof encodings>;

const colour = { field: "colour", type: "nominal", scale: null };

function bands(lines: readonly Line[], { x, y, detail }: Encodings) {
  const values = lines.flatMap(({ points, colour, label }) =>
    piecesOf(points).flatMap((piece, at) =>
      piece.points.map((cell) => ({
        producers: cell.producers,
        median_us: cell.low_us ?? cell.median_us,
        high_us: cell.high_us ?? cell.median_us,
        piece: `${label} ${at}`,
        colour,
      }))
    )
  );
  return {
    data: { values },
    mark: { type: "area", opacity: 0.22 },
    encoding: { x, y, y2: { field: "high_us" }, detail, fill: colour },
  };
}

function strokes(lines: readonly Line[], { x, y, detail }: Encodings) {
  const values = lines.flatMap(({ points, colour, dash, label }) =>
    piecesOf(points).flatMap((piece, at) =>
      piece.points.map((cell) => ({
        producers: cell.producers,
        median_us: cell.median_us,
        piece: `${label} ${at}`,
        colour,
        dash: piece.floor ? FLOOR_DASH : dash,
        width: piece.floor ? 1.6 : 2.2,
      }))
    )
  );
  return {
    data: { values },
    mark: { type: "line", strokeJoin: "round" },
    encoding: {
      x,
      y,
      detail,
      stroke: colour,
      strokeDash: { field: "dash", type: "nominal", scale: null },
      strokeWidth: { field: "width", type: "quantitative", scale: null },
    },
  };
}

function marks(lines: readonly Line[], { x, y }: Encodings) {
  const values = lines.flatMap(({ points, colour, shape }) =>
    points.filter((cell) => cell !== null).map((cell) => ({
      producers: cell.producers,
      median_us: cell.median_us,
      colour,
      fill: cell.floor ? INK.paper : colour,
      shape,
    }))
  );
  return {
    data: { values },
    mark: { type: "point", size: 42, strokeWidth: 1.5, opacity: 1 },
    encoding: {
      x,
      y,
      stroke: colour,
      fill: { field: "fill", type: "nominal", scale: null },
      shape: { field: "shape", type: "nominal", scale: null },
    },
  };
}

/** A label at the end of every line, moved apart, with a thin line that leads to it. */
function lineEnds(lines: readonly Line[], { time, producers, width, height }: PanelScales) {
  const x = scaleOf(producers, [0, width], true);
  const y = scaleOf(time, [height, 0], true);
  const ends = lines.flatMap(({ points, label, colour }) => {
    const last = points.findLast((point) => point !== null);
    return last === undefined
      ? []
      : [{ label, colour, x: x(last.producers), y: y(last.median_us!) }];
  });
  const places = spread(ends.map((end) => end.y), LABEL_GAP, 4, height - 4);
  const leaders = ends.flatMap((end, at) => [
    { ...end, place: 0, piece: at },
    { ...end, x: Math.max(end.x + 4, width - 4), y: end.y, place: 1, piece: at },
    { ...end, x: width + 16, y: places[at], place: 2, piece: at },
    { ...end, x: width + 24, y: places[at], place: 3, piece: at },
  ]);
  const pixels = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
  return [
    {
      data: { values: leaders },
      mark: { type: "line", strokeWidth: 1, opacity: 0.75 },
      encoding: {
        x: pixels("x"),
        y: pixels("y"),
        order: { field: "place", type: "quantitative" },
        detail: { field: "piece", type: "nominal" },
        stroke: colour,
      },
    },
    textLayer(
      ends.map((end, at) => ({
        x: width + 28,
        y: places[at],
        text: shortened(end.label, LONGEST_LABEL),
      })),
    ),
  ];
}
