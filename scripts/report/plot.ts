/**
 * What all pictures with axes have in common: their measures, how their panels are stacked, and the lines around a
 * plot.
 */
import { shortened } from "../cli/plain_text.ts";
import { INK, picture, shape, straight, words } from "./svg.ts";

/** All measures are in px. The width is that of a picture in a README, so that nothing in it is made smaller. */
export const WIDTH = 850;
const MARGIN = 16;
/** Left and right end of all plots, with room for the labels of an axis and for the names of lines. */
export const LEFT = 84;
export const RIGHT = 660;

type Ends = readonly [number, number];

/** One setting. */
export interface Section {
  /** The first line is large; the others are below it. */
  headings: string[];
  /** Distance from the first heading to the panels. */
  head: number;
  panels: Panel[];
}

/** One runtime of the setting. */
export interface Panel {
  title: string;
  /** Includes its title and the room below it. */
  height: number;
  /** @param top of the panel, which is where its title is */
  inside(top: number): string[];
}

/** The sections are below each other, and so are the panels of a section. */
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

/** A line across a plot, with its value on the left; null: without a value. */
export function level([left, right]: Ends, y: number, value: string | null): string[] {
  return [
    straight([left, y], [right, y], INK.line),
    ...(value === null ? [] : [words(left - 8, y + 4, value, { anchor: "end" })]),
  ];
}

/** The caption of the axis below a plot. */
export function axisCaption([left, right]: Ends, bottom: number, text: string): string {
  return words((left + right) / 2, bottom + 37, text, { anchor: "middle", fill: INK.faint });
}
