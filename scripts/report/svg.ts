/**
 * SVG as text. Whatever a file contains is inserted as text or as an attribute's value, so nothing in it becomes an
 * element.
 */

/** Pages that show a picture may be white or black, so it has a white background of its own. */
export const INK = {
  text: "#1b1f24",
  faint: "#5f6770",
  line: "#dfe3e8",
  stripe: "#f4f6f8",
  paper: "#ffffff",
} as const;

type Value = string | number | null;

/** An element, without the attributes that are null. Children are elements already. */
export function shape(
  name: string,
  attributes: Record<string, Value>,
  ...children: string[]
): string {
  const text = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${attribute(value as string | number)}"`).join("");
  return children.length === 0
    ? `<${name}${text}/>`
    : `<${name}${text}>${children.join("")}</${name}>`;
}

/** Text at a place, by default 13 px high and starting there. */
export function words(
  x: number,
  y: number,
  text: string,
  { size = 13, weight = null, fill = INK.text, anchor = null }: {
    size?: number;
    weight?: number | null;
    fill?: string;
    anchor?: "end" | "middle" | null;
  } = {},
): string {
  const attributes = {
    x,
    y,
    fill,
    "font-size": size,
    "font-weight": weight,
    "text-anchor": anchor,
  };
  return shape("text", attributes, escaped(text));
}

export function straight(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  stroke: string,
  width = 1,
): string {
  return shape("line", { x1, y1, x2, y2, stroke, "stroke-width": width });
}

/** A path such as `M1 2L3 4` through all points. */
export function pathThrough(points: readonly { x: number; y: number }[]): string {
  return `M${points.map(({ x, y }) => `${hundredth(x)} ${hundredth(y)}`).join("L")}`;
}

/** A whole file; `description` is what a screen reader says. */
export function picture(
  width: number,
  height: number,
  description: string,
  ...children: string[]
): string {
  return shape(
    "svg",
    {
      role: "img",
      "aria-label": description,
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
    },
    shape("rect", { width, height, fill: INK.paper }),
    ...children,
  ) + "\n";
}

/** The last digit of a logarithm differs between runtimes, and a hundredth of a pixel is enough. */
function hundredth(value: number): string {
  // Adding 0 turns -0 into 0.
  return String(Number(value.toFixed(2)) + 0);
}

function attribute(value: string | number): string {
  return typeof value === "number" ? hundredth(value) : escaped(value).replaceAll('"', "&quot;");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
