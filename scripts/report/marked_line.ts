/** A line of a picture, with a mark at every figure, in the style of its strategy. */
import { outlineOf } from "./page/marks.js";
import { type Style, styleOf } from "./palette.ts";
import { INK, pathThrough, shape } from "./svg.ts";

interface Place {
  x: number;
  y: number;
}

export interface MarkedPlace extends Place {
  /** Whether the figure is doubtful, which the heading of the picture explains. */
  isHollow: boolean;
}

/** @param label as `labelOf` writes it */
export function markedLine(label: string, places: readonly MarkedPlace[]): string {
  const style = styleOf(label);
  return [
    lineThrough(places, style, 2.2),
    ...places.map((place) => markAt(place, style.shape, style.colour, place.isHollow)),
  ].join("");
}

/** @param width of the line, px */
export function lineThrough(
  places: readonly Place[],
  { colour, dash }: Pick<Style, "colour" | "dash">,
  width: number,
): string {
  return shape("path", {
    d: pathThrough(places),
    fill: "none",
    stroke: colour,
    "stroke-width": width,
    "stroke-linejoin": "round",
    "stroke-dasharray": dash.length === 0 ? null : dash.join(","),
  });
}

/** @param mark a shape by its name */
export function markAt(
  { x, y }: Place,
  mark: string,
  colour: string,
  isHollow: boolean,
  width = 1.3,
): string {
  return shape("path", {
    transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})`,
    d: outlineOf(mark),
    fill: isHollow ? INK.paper : colour,
    stroke: colour,
    "stroke-width": width,
  });
}
