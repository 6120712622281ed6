/** A line of a picture with a mark at every figure, in the style of its strategy. */
import { outlineOf } from "./page/marks.js";
import { styleOf } from "./palette.ts";
import { INK, pathThrough, shape } from "./svg.ts";

export interface MarkedPlace {
  x: number;
  y: number;
  /** Its figure needs a word of caution, which the picture's heading says. */
  isHollow: boolean;
}

/** @param label as `labelOf` writes it */
export function markedLine(label: string, places: readonly MarkedPlace[]): string {
  const { colour, dash, shape: mark } = styleOf(label);
  return [
    shape("path", {
      d: pathThrough(places),
      fill: "none",
      stroke: colour,
      "stroke-width": 2.2,
      "stroke-linejoin": "round",
      "stroke-dasharray": dash.length === 0 ? null : dash.join(","),
    }),
    ...places.map((place) =>
      shape("path", {
        transform: `translate(${place.x.toFixed(2)} ${place.y.toFixed(2)})`,
        d: outlineOf(mark),
        fill: place.isHollow ? INK.paper : colour,
        stroke: colour,
        "stroke-width": 1.3,
      })
    ),
  ].join("");
}
