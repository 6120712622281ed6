// @ts-check
/** The shapes of the points, by the names that the SVG pictures use too. */

/** The outline of a shape around (0, 0), about 9 px wide. @type {Readonly<Record<string, string>>} */
const OUTLINES = {
  "circle": "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z",
  "square": "M-3.7-3.7H3.7V3.7H-3.7Z",
  "triangle-up": "M0-4.6L4.6 3.8H-4.6Z",
  "triangle-down": "M0 4.6L4.6-3.8H-4.6Z",
  "diamond": "M0-5L4.4 0L0 5L-4.4 0Z",
  "cross": "M-1.6-4.6H1.6V-1.6H4.6V1.6H1.6V4.6H-1.6V1.6H-4.6V-1.6H-1.6Z",
};

/** @param {string} name */
export function outlineOf(name) {
  return OUTLINES[name] ?? OUTLINES.circle;
}
