/** A Vega-Lite specification as an SVG picture, without a browser: the same text under every launcher. */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Vega's types leave its renderer out; this is what is used of it, without an element and without a loader. */
interface StringRenderer {
  initialize(element: null, width: number, height: number, origin: [number, number]): this;
  background(colour: string): this;
  render(scene: unknown): this;
  svg(): string;
}
const { SVGStringRenderer } = vega as unknown as { SVGStringRenderer: new () => StringRenderer };

export interface PictureSize {
  width: number;
  height: number;
  /** Where the first plot's (0, 0) goes. */
  left: number;
  top: number;
}

/** A picture is shown on white and on black pages, so it brings its own white. */
export const INK = {
  text: "#1b1f24",
  faint: "#5f6770",
  line: "#dfe3e8",
  stripe: "#f4f6f8",
  paper: "#ffffff",
} as const;

export const CONFIG = {
  font: "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
  view: { stroke: null },
  aria: false,
  axis: {
    labelColor: INK.text,
    titleColor: INK.text,
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: "normal",
    gridColor: INK.line,
    domainColor: INK.faint,
    tickColor: INK.faint,
  },
} as const;

/** A text where it is said, in px. */
export interface Placed {
  x: number;
  y: number;
  text: string;
  size?: number;
  weight?: number;
  colour?: string;
  align?: "left" | "right";
}

export function textLayer(texts: readonly Placed[]): object {
  const pixels = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
  const asIs = (field: string) => ({ field, type: "nominal", scale: null });
  const layers = (["left", "right"] as const).map((align) => ({
    data: {
      values: texts.filter((text) => (text.align ?? "left") === align).map((text) => ({
        size: 13,
        weight: 400,
        colour: INK.text,
        ...text,
      })),
    },
    mark: { type: "text", align, baseline: "middle" },
    encoding: {
      x: pixels("x"),
      y: pixels("y"),
      text: { field: "text", type: "nominal" },
      color: asIs("colour"),
      size: { field: "size", type: "quantitative", scale: null },
    },
  }));
  // Vega-Lite has no channel for the weight of a font, so the heavy ones are a layer of their own.
  return {
    layer: layers.flatMap((layer) =>
      [400, 600].map((weight) => ({
        ...layer,
        data: { values: layer.data.values.filter((text) => text.weight === weight) },
        mark: { ...layer.mark, fontWeight: weight },
      }))
    ).filter((layer) => layer.data.values.length > 0),
  };
}

/**
 * The size is given, not measured: Vega guesses the width of text where there is no canvas.
 * It draws at once, without a promise, since all data are in the specification.
 */
export function svgPicture(spec: TopLevelSpec, description: string, size: PictureSize): string {
  const view = new vega.View(vega.parse(compile(spec).spec), {
    renderer: "none",
    logLevel: vega.None,
  });
  view.run();
  const { root } = view.scenegraph() as unknown as { root: unknown };
  const svg = new SVGStringRenderer()
    .initialize(null, size.width, size.height, [size.left, size.top])
    .background(INK.paper)
    .render(root)
    .svg();
  view.finalize();
  const label = `role="img" aria-label="${attribute(description)}"`;
  return rounded(svg).replace(/^<svg /, () => `<svg ${label} `) + "\n";
}

/** The last digit of a logarithm differs between runtimes; a hundredth of a pixel is enough. */
function rounded(svg: string): string {
  return svg.replace(
    / (d|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height|points|viewBox)="([^"<>]*)"/g,
    (_, name, value: string) => ` ${name}="${value.replace(/-?\d+\.\d+(e-?\d+)?/g, hundredth)}"`,
  );
}

function hundredth(number: string): string {
  // + 0 makes 0 of -0.
  return String(Number(Number(number).toFixed(2)) + 0);
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
