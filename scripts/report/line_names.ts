/** The names at the ends of a picture's lines. */
import { shortened } from "../cli/plain_text.ts";
import { spread } from "./page/layout.js";
import { pathThrough, shape, words } from "./svg.ts";

const SIZE = 12;
/** The least distance from one name to the next, px. */
const GAP = 15;
export const LONGEST_LABEL = 24;

export interface NamedEnd {
  series: { label: string; colour: string };
  /** The end of the line. */
  last: { x: number; y: number };
  /** Vertical place of the name, moved away from its neighbours. */
  at: number;
}

/** Each name has a thin line that leads to it. @param right end of the plot, px */
export function lineNames(ends: readonly NamedEnd[], right: number): string[] {
  return ends.flatMap(({ series, last, at }) => {
    const from = { x: last.x + 6, y: last.y };
    const start = { x: Math.max(from.x, right - 2), y: from.y };
    const leader = pathThrough([from, start, { x: right + 14, y: at }, { x: right + 20, y: at }]);
    return [
      shape("path", { d: leader, fill: "none", stroke: series.colour, opacity: 0.75 }),
      words(right + 24, at + 4, shortened(series.label, LONGEST_LABEL), { size: SIZE }),
    ];
  });
}

/** The same for names that have yet to be moved apart, within a plot of that height. */
export function spreadNames(
  ends: readonly Omit<NamedEnd, "at">[],
  right: number,
  height: number,
): string[] {
  const places = spread(ends.map(({ last }) => last.y), GAP, 4, height - 4);
  return lineNames(ends.map((end, at) => ({ ...end, at: places[at] })), right);
}
