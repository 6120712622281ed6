/**
 * How a strategy is drawn: its colour follows from its name, and its dash and marker from its parameters, never
 * from what else is in a file, so that it looks the same in every chart.
 *
 * The colours are those of Okabe and Ito (2008), which people with the common colour-vision deficiencies can tell
 * apart, on white and on black. Yellow and black are left out: each is invisible on one of the two. Sky blue and
 * orange have little contrast on white, so no chart tells strategies apart by colour alone.
 */
import { SUBJECTS } from "../../bench/subjects/registry.ts";

export interface Style {
  colour: string;
  /** Lengths of dashes and gaps in px; empty: solid. */
  dash: readonly number[];
  shape: Shape;
}

export type Shape = (typeof SHAPES)[number];

/** By name and not by place in the registry, which changes with a new strategy. */
const KNOWN: Readonly<Record<string, { colour: string; shape: Shape }>> = {
  "channel": { colour: "#d55e00", shape: "circle" },
  "post-message": { colour: "#e69f00", shape: "square" },
  "swap-buffer": { colour: "#0072b2", shape: "triangle-up" },
  "async-lock": { colour: "#cc79a7", shape: "diamond" },
  "atomic-swap": { colour: "#56b4e9", shape: "triangle-down" },
  "sharded-rings": { colour: "#009e73", shape: "cross" },
  // The controls are not ranked with the strategies, so they are grey.
  "socket-bulk": { colour: "#5f6770", shape: "circle" },
  "socket-each": { colour: "#868e96", shape: "square" },
  "no-handoff": { colour: "#4d545b", shape: "diamond" },
  "empty": { colour: "#9aa1a9", shape: "triangle-up" },
};

/**
 * Colours for all other strategies, chosen by their names: one of Tol's and three of our own, of the same lightness.
 */
const MORE_COLOURS = ["#aa3377", "#8c7a00", "#8b5a2b", "#4b5fd0"];

/** The same in every chart: `page/marks.js` has their outlines. */
export const SHAPES = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "triangle-down",
  "cross",
] as const;

/** No dash is as short as the dots that mark a cell of mostly fixed cost. */
const DASHES: readonly (readonly number[])[] = [[], [9, 4], [14, 3, 4, 3], [4, 3]];

/** @param label as `labelOf` writes it: the name, then the parameters that distinguish its variants */
export function styleOf(label: string): Style {
  const [name, ...params] = label.split(":");
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : {
    colour: MORE_COLOURS[hash(name) % MORE_COLOURS.length],
    shape: SHAPES[hash(name) % SHAPES.length],
  };
  const variant = variantOf(name, params.join(":"));
  return {
    colour: known.colour,
    dash: DASHES[variant % DASHES.length],
    shape: SHAPES[(SHAPES.indexOf(known.shape) + variant) % SHAPES.length],
  };
}

/**
 * The index among the variants that a strategy lists itself; any other combination of parameters gets one from its
 * text.
 */
function variantOf(name: string, params: string): number {
  const variants = SUBJECTS.find((subject) => subject.name === name)?.variants ?? [];
  const known = variants.findIndex((variant) =>
    Object.entries(variant).map(([key, value]) => `${key}=${value}`).join(":") === params
  );
  if (known >= 0) return known;
  if (params === "") return 0;
  return variants.length + hash(params) % Math.max(1, DASHES.length - variants.length);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const character of text) {
    state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193);
  }
  return state >>> 0;
}
