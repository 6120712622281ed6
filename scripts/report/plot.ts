/** What the pictures with axes have in common: their measures, their headings and the lines around a plot. */
import { shortened } from "../cli/plain_text.ts";
import { INK, straight, words } from "./svg.ts";

/** All in px: as wide as a README shows a picture, so that nothing in it is made smaller. */
export const WIDTH = 850;
export const MARGIN = 16;
/** Where plots begin and end, with room for the words of an axis and for the names of lines. */
export const LEFT = 84;
export const RIGHT = 660;

type Ends = readonly [number, number];

/** Of a setting: the first line is large, the others stand below it. */
export function headings(y: number, title: string, ...others: string[]): string[] {
  return [
    words(MARGIN, y + 12, title, { size: 17, weight: 600 }),
    ...others.map((text, at) => words(MARGIN, y + 36 + 20 * at, text, { fill: INK.faint })),
  ];
}

/** The name of a runtime above its panel. */
export function panelTitle(y: number, title: string): string {
  return words(MARGIN, y + 6, shortened(title, 60), { size: 16, weight: 600 });
}

/** The left and the lower edge of a plot. */
export function frame([left, right]: Ends, [top, bottom]: Ends): string[] {
  return [
    straight([left, top], [left, bottom], INK.faint),
    straight([left, bottom], [right, bottom], INK.faint),
  ];
}

/** A line across a plot, with its value to the left of it; null: without. */
export function level([left, right]: Ends, y: number, value: string | null): string[] {
  return [
    straight([left, y], [right, y], INK.line),
    ...(value === null ? [] : [words(left - 8, y + 4, value, { anchor: "end" })]),
  ];
}

/** What the axis below a plot shows. */
export function axisCaption([left, right]: Ends, bottom: number, text: string): string {
  return words((left + right) / 2, bottom + 37, text, { anchor: "middle", fill: INK.faint });
}
