/**
 * backlog.svg: how much waits in the hand-off over the time of a run, while a listener reads slowly; how many messages
 * their producers cannot send meanwhile; and what memory that takes. One panel per runtime, one line per strategy.
 */
import { shortened } from "../cli/plain_text.ts";
import { time } from "../cli/units.js";
import { isOwnLoad } from "../results/labels.ts";
import { readingOf } from "../results/load.ts";
import type { BacklogLine, BacklogPanel, BacklogSetting, Moment } from "./backlog_series.ts";
import { byteTicks, countTicks, type Tick } from "./backlog_ticks.ts";
import { spreadNames } from "./line_names.ts";
import { lineThrough, markAt } from "./marked_line.ts";
import { linearTicks, scaleOf } from "./page/layout.js";
import { styleOf } from "./palette.ts";
import { axisCaption, frame, LEFT, level, moved, type Panel, RIGHT, sheet } from "./plot.ts";
import { INK, shape, straight, words } from "./svg.ts";
import { span } from "./verdicts.ts";

/** All measures are in px. */
const HEAD = 86;
const TITLE = 22;
const CAPTION = 20;
const WAITING = 170;
const HELD = 80;
const MEMORY = 110;
const BETWEEN_PLOTS = 16;
const UNDER = 48;
const NOTE = 20;
const BETWEEN = 26;
/** Narrower or more frequent stalls are not shaded, since nobody could tell them apart. */
const LEAST_SHADE = 1;

/** The settings are below each other. */
export function backlogSvg(settings: readonly BacklogSetting[]): string {
  return sheet(
    "Bytes that wait in the hand-off, messages that are due and not sent, and resident memory, over the time of a run " +
      "behind a slow listener, a panel for each runtime, one line per strategy. The figures are in backlog.csv.",
    settings.map((setting) => {
      const plots = plotsOf(setting);
      return {
        headings: headingsOf(setting, plots[0]),
        head: HEAD,
        panels: setting.panels.map((panel) => panelOf(panel, plots)),
      };
    }),
  );
}

function panelOf(panel: BacklogPanel, plots: readonly Plot[]): Panel {
  const { top: lowest, height } = plots.at(-1)!;
  const under = lowest + height;
  const missing = panel.missing.length === 0
    ? null
    : shortened(`no figure: ${panel.missing.join(", ")}`, 100);
  const note = (y: number) =>
    missing === null ? [] : [words(LEFT, y, missing, { fill: INK.faint })];
  return {
    title: panel.title,
    height: under + UNDER + (missing === null ? 0 : NOTE) + BETWEEN,
    inside: (y) => [
      ...plots.flatMap((plot, at) => [
        words(LEFT, y + plot.top - 8, plot.caption, { fill: INK.faint }),
        moved(
          0,
          y + plot.top,
          ...axes(plot),
          ...panel.lines.map((line) => drawn(line, plot)),
          ...(at === 0 ? namesOf(panel, plot) : []),
        ),
      ]),
      ...timeAxis(plots[0], y + under),
      ...note(y + under + UNDER + 8),
    ],
  };
}

interface Plot {
  caption: string;
  /** Offset from the top of its panel. */
  top: number;
  height: number;
  value: (moment: Moment) => number | null;
  x: (ms: number) => number;
  y: (value: number) => number;
  /** When the run ended, ms. */
  endMs: number;
  ticks: Tick[];
  /** Beginning and end of each stall, ms. */
  stalls: [number, number][];
}

/**
 * The plots are the same for all panels of a setting, so that these can be compared side by side. Empty plots are left
 * out, except the first.
 */
function plotsOf({ row, panels }: BacklogSetting): Plot[] {
  const moments = panels.flatMap(({ lines }) => lines.flatMap((line) => line.moments));
  const endMs = Math.max(1, ...moments.map(({ ms }) => ms));
  const x = scaleOf([0, endMs], [LEFT, RIGHT], false);
  const common = { x, endMs, stalls: stallsOf(row.load, endMs, x) };
  let under = TITLE;
  const plot = (
    caption: string,
    height: number,
    value: Plot["value"],
    ticks: (most: number) => Tick[],
  ): Plot => {
    const top = under + CAPTION;
    under = top + height + BETWEEN_PLOTS;
    // Leave some room above the highest value.
    const most = Math.max(1, ...moments.map((one) => value(one) ?? 0)) * 1.05;
    const y = scaleOf([0, most], [height, 0], false);
    return { ...common, caption, top, height, value, y, ticks: ticks(most) };
  };
  return [
    plot("bytes waiting in the hand-off", WAITING, (one) => one.waitingBytes, byteTicks),
    ...(moments.some(({ held }) => held > 0)
      ? [plot("messages due but not sent", HELD, (one) => one.held, countTicks)]
      : []),
    ...(moments.some(({ residentBytes }) => residentBytes !== null)
      ? [plot("resident memory of the process", MEMORY, (one) => one.residentBytes, byteTicks)]
      : []),
  ];
}

/** Empty where the load has no stalls, or they would be too narrow to see. */
function stallsOf(
  load: string | null,
  endMs: number,
  x: (ms: number) => number,
): [number, number][] {
  const stall = readingOf(load)?.stall ?? null;
  if (stall === null) return [];
  const { forMs, everyMs } = stall;
  if (!(x(forMs) - x(0) >= LEAST_SHADE && x(everyMs - forMs) - x(0) >= LEAST_SHADE)) return [];
  const stalls: [number, number][] = [];
  for (let from = everyMs - forMs; from < endMs; from += everyMs) {
    stalls.push([from, Math.min(endMs, from + forMs)]);
  }
  return stalls;
}

function headingsOf(
  { title, row, producers }: BacklogSetting,
  { stalls }: Plot,
): string[] {
  const shade = stalls.length === 0 ? "" : "; grey: about when the listener stalls";
  const own = isOwnLoad(row) ? "; each at a rate of its own, not to be compared" : "";
  return [
    `What piles up behind a slow listener, ${span([producers])}`,
    shortened(title, 120),
    `one run of each cell, the first${shade}${own}`,
  ];
}

function axes({ x, y, height, ticks, stalls }: Plot): string[] {
  return [
    ...stalls.map(([from, to]) =>
      shape("rect", { x: x(from), y: 0, width: x(to) - x(from), height, fill: INK.stripe })
    ),
    ...ticks.flatMap(({ value, text }) => level([LEFT, RIGHT], y(value), text)),
    ...frame([LEFT, RIGHT], [0, height]),
  ];
}

/** The time axis below all plots of a panel. */
function timeAxis({ x, endMs }: Plot, y: number): string[] {
  return [
    ...linearTicks([0, endMs], 6).flatMap((ms) => [
      straight([x(ms), y], [x(ms), y + 4], INK.faint),
      words(x(ms), y + 18, ms === 0 ? "0" : time(ms * 1_000), { anchor: "middle" }),
    ]),
    axisCaption([LEFT, RIGHT], y, "since the start of the run"),
  ];
}

/** Draws a line and a mark at its highest point, unless all of it is 0. */
function drawn({ label, moments }: BacklogLine, { x, y, value }: Plot): string {
  const style = styleOf(label);
  const points = moments.flatMap((moment) => {
    const amount = value(moment);
    return amount === null ? [] : [{ x: x(moment.ms), y: y(amount), amount }];
  });
  if (points.length === 0) return "";
  const highest = points.reduce((a, b) => b.amount > a.amount ? b : a);
  const mark = highest.amount === 0 ? "" : markAt(highest, style.shape, style.colour, false);
  return lineThrough(points, style, 1.8) + mark;
}

/** Most lines end at 0, so the names are in the order of the peaks. */
function namesOf({ lines }: BacklogPanel, { x, y, height }: Plot): string[] {
  const ends = lines.map(({ label, moments }) => ({
    series: { label, colour: styleOf(label).colour },
    last: { x: x(moments.at(-1)!.ms), y: y(moments.at(-1)!.waitingBytes) },
  }));
  return spreadNames(ends, RIGHT, height);
}
