/** What the pictures with axes have in common: their measures, how their panels are stacked, and the lines around a plot. */
import { shortened } from "../cli/plain_text.ts";
import { INK, picture, shape, straight, words } from "./svg.ts";

/** All in px: as wide as a README shows a picture, so that nothing in it is made smaller. */
export const WIDTH = 850;
const MARGIN = 16;
/** Where plots begin and end, with room for the words of an axis and for the names of lines. */
export const LEFT = 84;
export const RIGHT = 660;

type Ends = readonly [number, number];

/** A setting. */
export interface Section {
  /** The first line is large, the others stand below it. */
  headings: string[];
  /** How far below the headings begin the panels. */
  head: number;
  panels: Panel[];
}

/** A runtime of it. */
export interface Panel {
  title: string;
  /** With its title, and with what is left free below it. */
  height: number;
  /** @param top of the panel, where its title stands */
  inside(top: number): string[];
}

/** One section below the other, in each one panel below the other. */
export function sheet(description: string, sections: readonly Section[]): string {
  const parts: string[] = [];
  let y = MARGIN;
  for (const { headings: [first, ...others], head, panels } of sections) {
    parts.push(
      words(MARGIN, y + 12, first, { size: 17, weight: 600 }),
      ...others.map((text, at) => words(MARGIN, y + 36 + 20 * at, text, { fill: INK.faint })),
    );
    y += head;
    for (const { title, height, inside } of panels) {
      const name = words(MARGIN, y + 6, shortened(title, 60), { size: 16, weight: 600 });
      parts.push(name, ...inside(y));
      y += height;
    }
  }
  return picture(WIDTH, y, description, ...parts);
}

export function moved(x: number, y: number, ...inside: string[]): string {
  return shape("g", { transform: `translate(${x} ${y})` }, ...inside);
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
