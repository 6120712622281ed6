/**
 * latency.svg: how the waits of an open loop are distributed, up to the longest of a run. One panel per runtime, one
 * line per strategy, at the largest P of the setting. A percentile's place depends on how rare the messages are that
 * wait longer, so that a tail ten times as rare is always the same distance further to the right.
 */
import { plainText, shortened } from "../cli/plain_text.ts";
import { count, time } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { isOwnLoad, labelOf } from "../results/labels.ts";
import { marksOf } from "../statistics/latency.ts";
import { waitOf } from "../statistics/wait_ranking.ts";
import { titleOfRow } from "./chart_svg.ts";
import type { Conclusion } from "./conclusions.ts";
import { waitLabel } from "./latency_table.ts";
import { spreadNames } from "./line_names.ts";
import { markedLine } from "./marked_line.ts";
import { domainOf, logTicks, scaleOf } from "./page/layout.js";
import { styleOf } from "./palette.ts";
import { axisCaption, frame, LEFT, level, moved, RIGHT, sheet } from "./plot.ts";
import { INK, straight, words } from "./svg.ts";
import { span } from "./verdicts.ts";

/** All measures are in px. */
const PLOT = 260;
const HEAD = 116;
const TITLE = 26;
const UNDER = 48;
const BETWEEN = 30;
const NOTE = 20;
/** A tick that is nearer than this to that of the longest wait has no label. */
const TICK_ROOM = 66;

/** `oneIn`: one message in so many waits longer. */
const PERCENTILES = [
  { name: "50 %", oneIn: 2 },
  { name: "90 %", oneIn: 10 },
  { name: "99 %", oneIn: 100 },
  { name: "99.9 %", oneIn: 1_000 },
];

interface Line {
  label: string;
  points: { oneIn: number; us: number }[];
  /** Saturated, mostly the lateness of the pacing, or within the error of the clocks. */
  isDoubtful: boolean;
}

/** The settings are below each other; those at full load are left out. */
export function latencySvg(conclusions: readonly Conclusion[]): string {
  return sheet(
    "What messages waited from when they were due until the consumer had them, over percentiles, a panel for each " +
      "runtime, one line per strategy. The figures are in report.md.",
    conclusions.filter(({ isOpenLoop }) => isOpenLoop).map((conclusion) => {
      const producers = Math.max(...conclusion.producers);
      const rows = conclusion.rows.filter((row) => row.producers === producers);
      const scales = scalesOf(rows.flatMap((row) => lineOf(row)?.points ?? []));
      return {
        headings: headingsOf(conclusion, rows, producers),
        head: HEAD,
        panels: [...Map.groupBy(rows, titleOfRow)].map(([title, own]) => ({
          title,
          height: TITLE + PLOT + UNDER + (withoutFigure(own) === "" ? 0 : NOTE) + BETWEEN,
          inside: (top) => [moved(0, top + TITLE, ...panel(own, scales))],
        })),
      };
    }),
  );
}

function headingsOf(
  { title }: Conclusion,
  rows: readonly Summary[],
  producers: number,
): string[] {
  const doubt = rows.some((row) => lineOf(row)?.isDoubtful)
    ? "hollow: saturated, mostly pacing, or within the clocks' error"
    : "";
  const own = isOwnLoad(rows[0]) ? "; each line at a rate of its own, not to be compared" : "";
  const load = shortened(plainText(rows[0].load), 40);
  return [
    `How long a message waits, load ${load}, ${span([producers])}`,
    shortened(title, 120),
    `${processesWords(rows)}${own}`,
    doubt,
  ];
}

/** How many processes a picture's figures come from, in words. */
export function processesWords(rows: readonly Summary[]): string {
  const counts = rows.flatMap(({ status, processes }) => status === "ok" ? processes! : []);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return most > 1
    ? `medians over ${least === most ? most : `${least} to ${most}`} processes per cell`
    : "one process per cell";
}

/** The last point is the longest wait of a run, which one of all its messages had. */
function lineOf(row: Summary): Line | null {
  const wait = waitOf(row);
  if (row.status !== "ok" || wait === null) return null;
  const isPacing = row.strategy === "empty";
  const all = row.messages! * row.producers!;
  const waits = [wait.p50, ...(isPacing ? [null, wait.p99] : [row.p90_us, wait.p99, row.p999_us])];
  const points = [
    ...waits.map((us, at) => ({ oneIn: PERCENTILES[at].oneIn, us })),
    { oneIn: all, us: isPacing ? null : row.max_us },
  ];
  return {
    label: plainText(labelOf(row)),
    // A value that is not above 0 has no place on a logarithmic axis.
    points: points.flatMap(({ oneIn, us }) => us !== null && us > 0 ? [{ oneIn, us }] : [])
      .sort((a, b) => a.oneIn - b.oneIn),
    isDoubtful: !isPacing && marksOf(row).length > 0,
  };
}

function scalesOf(points: readonly Line["points"][number][]) {
  const most = Math.max(PERCENTILES.at(-1)!.oneIn, ...points.map(({ oneIn }) => oneIn));
  const longest = [...new Set(points.map(({ oneIn }) => oneIn))]
    .filter((oneIn) => !PERCENTILES.some((one) => one.oneIn === oneIn));
  const domain = domainOf(points.map(({ us }) => us), true);
  return {
    domain,
    x: scaleOf([PERCENTILES[0].oneIn, most], [LEFT + 10, RIGHT], true),
    y: scaleOf(domain, [PLOT, 0], true),
    most,
    /** Messages of a run, where all cells have the same number. */
    messages: longest.length === 1 ? longest[0] : null,
  };
}

type Scales = ReturnType<typeof scalesOf>;

function panel(rows: readonly Summary[], scales: Scales): string[] {
  const lines = rows.flatMap((row) => lineOf(row) ?? []).filter(({ points }) => points.length > 0);
  const ends = lines.map(({ label, points }) => ({
    series: { label: waitLabel(label), colour: styleOf(label).colour },
    last: { x: scales.x(points.at(-1)!.oneIn), y: scales.y(points.at(-1)!.us) },
  }));
  const missing = withoutFigure(rows);
  return [
    ...axes(scales),
    ...lines.map(({ label, points, isDoubtful }) =>
      markedLine(
        label,
        points.map(({ oneIn, us }) => ({
          x: scales.x(oneIn),
          y: scales.y(us),
          isHollow: isDoubtful,
        })),
      )
    ),
    ...spreadNames(ends, RIGHT, PLOT),
    ...(missing === ""
      ? []
      : [words(LEFT, PLOT + UNDER + 8, shortened(missing, 100), { fill: INK.faint })]),
  ];
}

function axes({ domain, x, y, messages, most }: Scales): string[] {
  const decades = [...PERCENTILES, ...furtherDecades(most)];
  const end = messages === null ? [] : [{ name: "longest", oneIn: messages }];
  const isFree = (oneIn: number) => end.every((one) => x(one.oneIn) - x(oneIn) > TICK_ROOM);
  const caption = messages === null
    ? "so many wait no longer; the last mark is the longest of a run"
    : `so many wait no longer; the longest of a run is 1 in ${count(messages)}`;
  return [
    ...logTicks(domain).flatMap((us) => level([LEFT, RIGHT], y(us), time(us))),
    ...[...decades.map((one) => ({ ...one, name: isFree(one.oneIn) ? one.name : "" })), ...end]
      .flatMap(({ name, oneIn }) => [
        straight([x(oneIn), 0], [x(oneIn), PLOT], INK.line),
        straight([x(oneIn), PLOT], [x(oneIn), PLOT + 4], INK.faint),
        ...(name === "" ? [] : [words(x(oneIn), PLOT + 18, name, { anchor: "middle" })]),
      ]),
    ...frame([LEFT, RIGHT], [0, PLOT]),
    axisCaption([LEFT, RIGHT], PLOT, caption),
  ];
}

/** 99.99 % and so on, for which there are no columns: the axis continues to the longest wait. */
function furtherDecades(most: number): { name: string; oneIn: number }[] {
  const decades = [];
  for (let power = 4; 10 ** power < most; power++) {
    decades.push({ name: `99.${"9".repeat(power - 2)} %`, oneIn: 10 ** power });
  }
  return decades;
}

/** A note such as `no figure: async-lock (lost)`; empty where all cells have one. */
function withoutFigure(rows: readonly Summary[]): string {
  const missing = rows.filter(({ status }) => status !== "ok")
    .map((row) => `${plainText(labelOf(row))} (${plainText(row.status)})`);
  return missing.length === 0 ? "" : `no figure: ${missing.join(", ")}`;
}
