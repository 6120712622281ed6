/** What every page of flame graphs contains so that it needs no network: d3-flame-graph, a script and a style. */
import { readFileSync } from "node:fs";
import { hashOf } from "../report/page.ts";

/** Ordered so that each package comes after those that it needs. */
const D3 = [
  "internmap",
  "d3-array",
  "d3-color",
  "d3-interpolate",
  "d3-format",
  "d3-dispatch",
  "d3-ease",
  "d3-timer",
  "d3-selection",
  "d3-transition",
  "d3-hierarchy",
  "d3-time",
  "d3-time-format",
  "d3-scale",
];
/** d3-flame-graph adds its own style element when it is loaded. */
const ITS_STYLE = /\.textContent=`([^`\\]*)`/;

export interface PageParts {
  scripts: string[];
  style: string;
  /** The content security policy, which allows these parts and nothing else. */
  policy: string;
}

export function pageParts(): PageParts {
  const graph = read("../../node_modules/d3-flame-graph/dist/d3-flamegraph.umd.min.js");
  const scripts = [
    D3.map((name) => read(`../../node_modules/${name}/dist/${name}.min.js`)).join("\n"),
    graph,
    read("./page_script.js"),
  ];
  const style = read("./page_style.css");
  const [, itsStyle] = ITS_STYLE.exec(graph) ?? [];
  if (itsStyle === undefined) throw new Error("d3-flame-graph has changed: where is its style?");
  return {
    scripts,
    style,
    policy: [
      "default-src 'none'",
      `script-src ${scripts.map(hashOf).join(" ")}`,
      `style-src ${hashOf(style)} ${hashOf(itsStyle)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ].join("; "),
  };
}

function read(file: string): string {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  // Either of these would change where the browser sees the end of the script.
  if (/<\/script|<!--/i.test(text)) throw new Error(`${file} cannot stand inside a page`);
  return text;
}
