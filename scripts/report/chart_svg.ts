/**
 * chart.svg: messages per second over producers, one panel per runtime, one line per strategy. It shows the panels of
 * the page as a picture.
 */
import { plainText, shortened } from "../cli/plain_text.ts";
import { count, runtimeTitle } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { type ChartCell, type ChartData, hasFigure, type Setting } from "./chart_data.ts";
import { lineNames, LONGEST_LABEL } from "./line_names.ts";
import { lineThrough, markAt } from "./marked_line.ts";
import { domainsOf, panelGeometry } from "./page/geometry.js";
import { METRICS } from "./page/metrics.js";
import { axisCaption, frame, level, moved, type Panel, sheet, WIDTH } from "./plot.ts";
import { INK, pathThrough, shape, straight, words } from "./svg.ts";

/** All measures are in px. */
const PANEL = 300;
/** Room to the left of a panel, for words beside its rows of marks. */
const INDENT = 22;
const NAME_SIZE = 12;
const HEAD = 74;
const TITLE = 26;
const BETWEEN = 30;
/** Shorter than any dash of a strategy. */
const FLOOR_DASH = [1.5, 3.5];

const [RATE] = METRICS;

type Geometry = ReturnType<typeof panelGeometry>;

/**
 * The settings are below each other, and in each of them the runtimes; a cell without a figure is a mark below its
 * panel.
 */
export function chartSvg(data: ChartData): string {
  const runtimes = data.runtimes.map(({ name }) => name)
    .filter((name) => data.settings.some(({ cells }) => isIn(cells, name))).join(", ");
  return sheet(
    `Messages per second over producers, both logarithmic, a panel for each of ${runtimes}, one line per strategy. ` +
      "The figures are in report.md.",
    data.settings.map((setting) => ({
      headings: headingsOf(setting),
      head: HEAD,
      panels: panelsOf(setting, data),
    })),
  );
}

function panelsOf(setting: Setting, { runtimes, series }: ChartData): Panel[] {
  const domains = domainsOf(setting.cells, RATE, true, true);
  const missing = series.map(({ label }) => label).filter((label) =>
    setting.cells.some((cell) => cell.label === label && cell.status !== "ok")
  );
  return runtimes.filter(({ name }) => isIn(setting.cells, name)).map(({ name, version }) => {
    const cells = setting.cells.filter(({ runtime }) => runtime === name);
    const geometry = panelGeometry(WIDTH - INDENT, cells, series, missing, RATE, domains, PANEL);
    const drawn = [...axes(geometry), ...geometry.lines.map(line), ...names(geometry)];
    return {
      title: runtimeTitle(name, version),
      height: TITLE + geometry.height + BETWEEN,
      inside: (top) => [moved(INDENT, top + TITLE, ...drawn)],
    };
  });
}

function isIn(cells: readonly ChartCell[], runtime: string): boolean {
  return cells.some((cell) => cell.runtime === runtime);
}

/** The title of a panel, from any of its rows, all of which have it in common. */
export function titleOfRow({ runtime, runtime_version }: Summary): string {
  return runtimeTitle(plainText(runtime), plainText(runtime_version));
}

function headingsOf(setting: Setting): string[] {
  const counts = setting.cells.filter(hasFigure).map((cell) => cell.processes.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const range = least === most ? String(most) : `${least} to ${most}`;
  const band = most > 1 ? "band: its 95 % interval; " : "";
  const over = most > 1 ? `median over ${range} processes per cell` : "one process per cell";
  const how = `${over}; ${band}hollow and dotted: mostly the fixed cost of a run`;
  return [`Messages per second: ${shortened(setting.title, 80)}`, how];
}

function axes({ left, right, top, bottom, xTicks, yTicks }: Geometry): string[] {
  return [
    ...yTicks.flatMap(({ value, at }) => level([left, right], at, RATE.format(value))),
    ...xTicks.flatMap(({ value, at }) => [
      straight([at, top], [at, bottom], INK.line),
      straight([at, bottom], [at, bottom + 4], INK.faint),
      words(at, bottom + 18, count(value), { anchor: "middle" }),
    ]),
    ...frame([left, right], [top, bottom]),
    axisCaption([left, right], bottom, "producers"),
  ];
}

function line({ series, pieces, points }: Geometry["lines"][number]): string {
  const { colour, dash, shape: mark } = series;
  const bands = pieces.map(({ points }) => {
    const side = (end: 0 | 1) =>
      points.map((point) => ({ x: point.x, y: point.interval?.[end] ?? point.y }));
    const outline = [...side(0), ...side(1).reverse()];
    return shape("path", { d: `${pathThrough(outline)}Z`, fill: colour, opacity: 0.2 });
  });
  const strokes = pieces.map(({ floor, points }) =>
    lineThrough(points, { colour, dash: floor ? FLOOR_DASH : dash }, floor ? 1.6 : 2.2)
  );
  const marks = points.map((point) =>
    point.hasFigure
      ? markAt(point, mark, colour, point.floor)
      : words(point.x, point.y + 5, point.cell.status === "skipped" ? "–" : "×", {
        size: 17,
        weight: 700,
        anchor: "middle",
      })
  );
  return [...bands, ...strokes, ...marks].join("");
}

/**
 * A name at the end of every line, with a thin line that leads to it, moved apart from other names; and a name for
 * every row of marks.
 */
function names({ labels, strip, left, right }: Geometry): string[] {
  const ends = lineNames(
    labels.map(({ series, last, at }) => ({ series, last: last!, at })),
    right,
  );
  const rows = strip.map(({ label, at }) =>
    words(right + 24, at + 4, shortened(label, LONGEST_LABEL), { size: NAME_SIZE, fill: INK.faint })
  );
  const meaning = ["no figure", "– skipped", "× failed"].slice(0, strip.length)
    .map((text, row) =>
      words(left - 8, strip[row].at + 4, text, { anchor: "end", fill: INK.faint })
    );
  return [...ends, ...rows, ...meaning];
}
