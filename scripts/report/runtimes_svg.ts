/** runtimes.svg: messages per second, the runtimes side by side for every strategy. */
import { shortened } from "../cli/plain_text.ts";
import { rate } from "../cli/units.js";
import type { ChartData, Setting } from "./chart_data.ts";
import { type Meeting, meetings, rateInterval } from "./largest_common.ts";
import { domainOf, logTicks, scaleOf } from "./page/layout.js";
import { outlineOf } from "./page/marks.js";
import { INK, picture, shape, straight, words } from "./svg.ts";

/** All in px. Names stand to the left of the plot, figures beside their dots. */
const WIDTH = 850;
const MARGIN = 16;
const LEFT = 290;
const RIGHT = 760;
const HEAD = 84;
const UNDER = 70;
const ROW = 20;
const PAD = 6;

/** Dots and not bars: on a logarithmic axis the length of a bar says nothing. */
export function runtimesSvg(data: ChartData): string {
  const parts: string[] = [];
  let y = MARGIN;
  for (const setting of data.settings) {
    const met = meetings(setting, data.series);
    const group = data.runtimes.length * ROW + 2 * PAD;
    parts.push(...headings(setting, y), plot(met, data, y + HEAD, group));
    y += HEAD + Math.max(1, met.length) * group + UNDER;
  }
  const runtimes = data.runtimes.map(({ name }) => name).join(", ");
  return picture(
    WIDTH,
    y,
    `Messages a second of ${runtimes}, side by side for every strategy. The figures are in report.md.`,
    ...parts,
  );
}

function headings(setting: Setting, y: number): string[] {
  return [
    words(MARGIN, y + 12, `Runtimes: ${shortened(setting.title, 80)}`, { size: 17, weight: 600 }),
    words(
      MARGIN,
      y + 36,
      "messages per second at the largest number of producers that all runtimes have;",
      { fill: INK.faint },
    ),
    words(
      MARGIN,
      y + 54,
      "bar: 95 % interval of the median; hollow, ~: mostly the fixed cost of a run",
      { fill: INK.faint },
    ),
  ];
}

function plot(met: readonly Meeting[], data: ChartData, top: number, group: number): string {
  const ends = met.flatMap(({ cells }) =>
    cells.flatMap((cell) => [cell.messages_per_s!, ...(rateInterval(cell) ?? [])])
  );
  const domain = domainOf(ends, true);
  const x = scaleOf(domain, [LEFT, RIGHT], true);
  const bottom = top + Math.max(1, met.length) * group;
  return [
    // Every other strategy on grey, from the names to the figures.
    ...met.map((_, at) =>
      at % 2 === 1 ? "" : shape("rect", {
        x: 8,
        y: top + at * group,
        width: WIDTH - 16,
        height: group,
        fill: INK.stripe,
      })
    ),
    ...logTicks(domain).flatMap((value) => [
      straight([x(value), top], [x(value), bottom], INK.line),
      words(x(value), bottom + 18, rate(value), { anchor: "middle" }),
    ]),
    words((LEFT + RIGHT) / 2, bottom + 38, "messages/s", { anchor: "middle", fill: INK.faint }),
    ...met.flatMap((meeting, at) => rowsOf(meeting, data, top + at * group, group, x)),
  ].join("");
}

function rowsOf(
  { series, producers, cells }: Meeting,
  { runtimes }: ChartData,
  top: number,
  height: number,
  x: (value: number) => number,
): string[] {
  const middle = top + height / 2;
  const at = `at ${producers.toLocaleString("en-US")} producers`;
  return [
    words(MARGIN, middle - 4, shortened(series.label, 24), { size: 14, weight: 600 }),
    words(MARGIN, middle + 14, at, { fill: INK.faint }),
    ...runtimes.flatMap(({ name }, row) => {
      const y = top + PAD + row * ROW + ROW / 2;
      const cell = cells.find(({ runtime }) => runtime === name);
      const label = shortened(name, 12) + (cell === undefined ? ": no figure" : "");
      const title = words(LEFT - 12, y + 4, label, { anchor: "end" });
      if (cell === undefined) return [title];
      const value = cell.messages_per_s!;
      const [low, high] = rateInterval(cell) ?? [value, value];
      return [
        title,
        shape("g", { opacity: 0.45 }, straight([x(low), y], [x(high), y], series.colour, 3)),
        shape("path", {
          transform: `translate(${x(value).toFixed(2)} ${y})`,
          d: outlineOf(series.shape),
          fill: cell.floor ? INK.paper : series.colour,
          stroke: series.colour,
          "stroke-width": 1.6,
        }),
        words(x(high) + 12, y + 4, `${cell.floor ? "~" : ""}${rate(value)}`),
      ];
    }),
  ];
}
