/** ranking.svg: messages per second over all P, the fastest strategy first, with all runtimes in one panel. */
import { plainText, shortened } from "../cli/plain_text.ts";
import { rate } from "../cli/units.js";
import type { Rank, RankedFigure } from "../statistics/ranking.ts";
import type { Conclusion } from "./conclusions.ts";
import { markAt } from "./marked_line.ts";
import { domainOf, logTicks, scaleOf } from "./page/layout.js";
import { SHAPES } from "./palette.ts";
import { INK, picture, shape, straight, words } from "./svg.ts";
import { span } from "./verdicts.ts";

/** All measures are in px. It is so narrow that a phone shows the words at nearly their size. */
const WIDTH = 520;
const MARGIN = 12;
const LEFT = 196;
const RIGHT = 492;
const HEAD = 84;
const UNDER = 58;
/** Height of a runtime's dot, and space around the dots of a strategy. */
const LINE = 11;
const PAD = 7;
/** Space between the strategies and the controls, which are not ranked with them. */
const GAP = 30;
const LONGEST_LABEL = 25;
/** Okabe and Ito's colours (2008); each runtime also has a shape of its own. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/** The settings are below each other; an open loop has no such rate. */
export function rankingSvg(conclusions: readonly Conclusion[]): string {
  const parts: string[] = [];
  let y = MARGIN;
  const ranked = conclusions.filter(({ isOpenLoop }) => !isOpenLoop);
  for (const conclusion of ranked) {
    const rows = placesOf(conclusion, y + HEAD);
    const bottom = rows.at(-1)?.bottom ?? y + HEAD + 2 * PAD;
    parts.push(...headings(conclusion, y), ...axis(conclusion, y + HEAD, bottom));
    for (const { one, top } of rows) parts.push(...rowOf(one, conclusion, top));
    y = bottom + UNDER;
  }
  const runtimes = [...new Set(ranked.flatMap((one) => one.runtimes))].join(", ");
  return picture(
    WIDTH,
    y,
    `Messages per second over all P of ${
      plainText(runtimes)
    }, the fastest strategy on top. The figures are in report.md.`,
    ...parts,
  );
}

/** Vertical place of each line. */
function placesOf({ ranks, runtimes }: Conclusion, from: number) {
  let top = from;
  return ranks.map((one, at) => {
    if (one.isControl && at > 0 && !ranks[at - 1].isControl) top += GAP;
    const place = { one, top, bottom: top + runtimes.length * LINE + 2 * PAD };
    top = place.bottom;
    return place;
  });
}

function headings({ title, runtimes, producers }: Conclusion, y: number): string[] {
  let x = MARGIN;
  const legend = runtimes.flatMap((runtime, at) => {
    const name = shortened(plainText(runtime), 16);
    const mark = dot(x + 5, y + 62, at, false);
    const text = words(x + 15, y + 66, name);
    x += 30 + 8 * name.length;
    return [mark, text];
  });
  return [
    words(MARGIN, y + 14, `Messages per second, ${span(producers)}`, { size: 16, weight: 600 }),
    words(MARGIN, y + 36, shortened(title, 70), { fill: INK.faint }),
    ...legend,
  ];
}

function scale({ ranks }: Conclusion) {
  const ends = ranks.flatMap(({ figures }) => figures.flatMap(intervalOf));
  const domain = domainOf(ends, true);
  return { domain, x: scaleOf(domain, [LEFT, RIGHT], true) };
}

function axis(conclusion: Conclusion, top: number, bottom: number): string[] {
  const { domain, x } = scale(conclusion);
  const caption = "geometric mean over all P, each with its own 95 % interval";
  return [
    ...logTicks(domain).flatMap((value) => [
      straight([x(value), top], [x(value), bottom], INK.line),
      words(x(value), bottom + 16, rate(value).replace("/s", "").trim(), { anchor: "middle" }),
    ]),
    words(RIGHT, bottom + 36, caption, { anchor: "end", fill: INK.faint }),
  ];
}

function rowOf(one: Rank, conclusion: Conclusion, top: number): string[] {
  const { x } = scale(conclusion);
  const { runtimes } = conclusion;
  const middle = top + PAD + runtimes.length * LINE / 2;
  const label = shortened(plainText(one.label), LONGEST_LABEL);
  return [
    words(MARGIN, middle + 4, label, { fill: one.isControl ? INK.faint : INK.text }),
    ...runtimes.flatMap((runtime, at) => {
      const figure = one.figures.find((other) => other.runtime === runtime);
      if (figure === undefined) return [];
      const y = top + PAD + at * LINE + LINE / 2;
      const [low, high] = intervalOf(figure);
      return [
        shape(
          "g",
          { opacity: 0.5 },
          straight([x(low), y], [x(high), y], COLOURS[at % COLOURS.length], 3),
        ),
        dot(x(figure.messagesPerSecond), y, at, figure.missing.length > 0),
      ];
    }),
  ];
}

/** Hollow for a mean over some P only. */
function dot(x: number, y: number, runtime: number, hollow: boolean): string {
  const colour = COLOURS[runtime % COLOURS.length];
  return markAt({ x, y }, SHAPES[runtime % SHAPES.length], colour, hollow, 1.2);
}

function intervalOf({ messagesPerSecond, plusMinus }: RankedFigure): [number, number] {
  const factor = 1 + (plusMinus ?? 0);
  return [messagesPerSecond / factor, messagesPerSecond * factor];
}
