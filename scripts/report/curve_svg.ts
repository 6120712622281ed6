/**
 * curve.svg: how long messages wait, over how many of them are delivered per second. One panel per runtime with p50 and
 * p99 side by side, one line per strategy through the rates at which it was measured, at the largest P of the setting.
 * All axes are logarithmic: strategies differ by powers of ten in both.
 */
import { plainText, shortened } from "../cli/plain_text.ts";
import { rate, time } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { FULL_LOAD, labelOf, settingOf, settingTitle } from "../results/labels.ts";
import { besideRate } from "../results/load.ts";
import { deliveredPerS, marksOf } from "../statistics/latency.ts";
import { titleOfRow } from "./chart_svg.ts";
import type { Conclusion } from "./conclusions.ts";
import { processesWords } from "./latency_svg.ts";
import { LONGEST_LABEL } from "./line_names.ts";
import { markedLine } from "./marked_line.ts";
import { domainOf, logTicks, scaleOf } from "./page/layout.js";
import { axisCaption, frame, LEFT, level, moved, RIGHT, sheet } from "./plot.ts";
import { INK, straight, words } from "./svg.ts";
import { span } from "./verdicts.ts";

/** All measures are in px. */
const PLOTS = [
  { name: "p50", left: LEFT, right: 354 },
  { name: "p99", left: 390, right: RIGHT },
] as const;
const KEY = 670;
const KEY_LINE = 18;
const PLOT = 260;
const HEAD = 76;
const TITLE = 26;
const CAPTION = 18;
const UNDER = 48;
const BETWEEN = 30;
/** A tick that is nearer than this to the one before has no label. */
const TICK_ROOM = 54;
/** With fewer rates there is no curve. */
const LEAST_RATES = 3;

interface Point {
  perS: number;
  p50: number;
  p99: number;
  isHollow: boolean;
}

interface Line {
  label: string;
  /** In the order of the rate that is due: a saturated cell may deliver less where more is due. */
  points: Point[];
}

export interface Curve {
  title: string;
  producers: number;
  rows: Summary[];
  panels: { title: string; lines: Line[] }[];
}

/** The settings in which some cells were measured at enough rates for a curve. */
export function curvesOf(conclusions: readonly Conclusion[]): Curve[] {
  const open = conclusions.filter(({ isOpenLoop }) => isOpenLoop).flatMap(({ rows }) => rows);
  const settings = Map.groupBy(open, (row) => settingOf({ ...row, load: besideRate(row.load) }));
  return [...settings.values()].flatMap((all) => {
    const producers = Math.max(...all.map((row) => row.producers!));
    const rows = all.filter((row) => row.producers === producers && pointOf(row) !== null);
    const panels = [...Map.groupBy(rows, titleOfRow)].map(([title, own]) => ({
      title,
      lines: [...Map.groupBy(own, labelOf)].map(([label, cells]) => ({
        label: plainText(label),
        points: cells.toSorted((a, b) => a.rate_per_s! - b.rate_per_s!)
          .map((row) => pointOf(row)!),
      })),
    }));
    const isCurve = panels.some(({ lines }) =>
      lines.some(({ points }) => new Set(points.map(({ perS }) => perS)).size >= LEAST_RATES)
    );
    if (!isCurve) return [];
    const beside = [settingTitle({ ...all[0], load: FULL_LOAD }), besideRate(all[0].load)];
    return [{
      title: plainText(beside.filter((text) => text !== "").join(", ")),
      producers,
      rows,
      panels,
    }];
  });
}

/** Null where there is no figure, or none that has a place on a logarithmic axis. */
function pointOf(row: Summary): Point | null {
  const { p50_us: p50, p99_us: p99 } = row;
  const perS = deliveredPerS(row);
  if (row.status !== "ok" || perS === null || !(p50! > 0) || !(p99! > 0)) return null;
  return {
    perS,
    p50: p50!,
    p99: p99!,
    isHollow: marksOf(row).length > 0,
  };
}

/** The settings are below each other. */
export function curveSvg(curves: readonly Curve[]): string {
  return sheet(
    "What messages waited, p50 and p99, over messages delivered a second, all logarithmic, a panel for each runtime, " +
      "one line per strategy. The figures are in report.md.",
    curves.map((curve) => {
      const points = curve.panels.flatMap(({ lines }) => lines.flatMap((line) => line.points));
      const domains: Domains = {
        perS: domainOf(points.map(({ perS }) => perS), true),
        us: domainOf(points.flatMap(({ p50, p99 }) => [p50, p99]), true),
      };
      const above = TITLE + CAPTION;
      return {
        headings: headingsOf(curve),
        head: HEAD,
        panels: curve.panels.map(({ title, lines }) => ({
          title,
          height: above + Math.max(PLOT, KEY_LINE * lines.length) + UNDER + BETWEEN,
          inside: (top) => [
            moved(
              0,
              top + above,
              ...PLOTS.flatMap((plot) => drawn(plot, lines, domains)),
              ...key(lines),
            ),
          ],
        })),
      };
    }),
  );
}

interface Domains {
  perS: [number, number];
  us: [number, number];
}

function headingsOf({ title, producers, rows, panels }: Curve): string[] {
  const hasHollow = panels.some(({ lines }) =>
    lines.some(({ points }) => points.some(({ isHollow }) => isHollow))
  );
  const doubt = hasHollow ? "; hollow: saturated, mostly pacing, or within the clocks' error" : "";
  return [
    `How long a message waits at which rate, ${span([producers])}`,
    shortened(title, 120),
    processesWords(rows) + doubt,
  ];
}

function drawn(
  { name, left, right }: (typeof PLOTS)[number],
  lines: readonly Line[],
  domains: Domains,
): string[] {
  const x = scaleOf(domains.perS, [left, right], true);
  const y = scaleOf(domains.us, [PLOT, 0], true);
  let free = -Infinity;
  return [
    words(left, -8, name, { weight: 600 }),
    ...logTicks(domains.us).flatMap((us) =>
      // Both plots have the same levels, so only the left one labels them.
      level([left, right], y(us), name === "p50" ? time(us) : null)
    ),
    ...logTicks(domains.perS).flatMap((perS) => {
      const at = x(perS);
      const hasRoom = at >= free;
      if (hasRoom) free = at + TICK_ROOM;
      return [
        straight([at, 0], [at, PLOT], INK.line),
        ...(hasRoom ? [words(at, PLOT + 18, rate(perS), { anchor: "middle" })] : []),
      ];
    }),
    ...frame([left, right], [0, PLOT]),
    axisCaption([left, right], PLOT, "messages delivered"),
    ...lines.map(({ label, points }) =>
      markedLine(
        label,
        points.map((point) => ({ x: x(point.perS), y: y(point[name]), isHollow: point.isHollow })),
      )
    ),
  ];
}

/** Lines end at different rates, among other lines, so their names are beside the plots. */
function key(lines: readonly Line[]): string[] {
  const byRate = lines.toSorted((a, b) => b.points.at(-1)!.perS - a.points.at(-1)!.perS);
  return byRate.flatMap(({ label }, at) => {
    const y = at * KEY_LINE + 8;
    const ends = [0, 22].map((x) => ({ x: KEY + x, y, isHollow: false }));
    return [
      markedLine(label, ends),
      words(KEY + 28, y + 4, shortened(label, LONGEST_LABEL), { size: 12 }),
    ];
  });
}
