/**
 * report.html: one file that needs no network. The chart is drawn by plain JavaScript in page/, whose geometry
 * chart.svg uses, too. The renderer of a library would be several times the size of the page, and its points could not
 * be reached with a keyboard.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isOwnLoad } from "../results/labels.ts";
import type { ChartData, Setting } from "./chart_data.ts";
import type { Conclusion } from "./conclusions.ts";
import type { Curve } from "./curve_svg.ts";
import { OWN_LOAD } from "./answer.ts";
import { cellKey } from "../results/cell_key.ts";
import { readingOf } from "../results/load.ts";
import { span } from "./verdicts.ts";
import { environmentFacts } from "./environment_facts.ts";
import { plainText } from "../cli/plain_text.ts";
import { textOf } from "./table.ts";

const MAIN = "./main.js";

/** @param curves of an open loop, each of which becomes a setting over rates */
export function reportPage(
  data: ChartData,
  environment: unknown,
  conclusions: readonly Conclusion[],
  curves: readonly Curve[] = [],
): string {
  const style = source("page.css");
  const script = bundled(MAIN);
  const json = scriptJson({
    runtimes: data.runtimes,
    series: data.series,
    settings: pageSettings(data, curves),
    environment: environmentFacts(environment),
    conclusions: conclusions.map(conclusionData),
  });
  const parts: Record<string, string> = {
    "%policy%": policyFor(style, script),
    "<!-- style -->": `<style>${style}</style>`,
    "<!-- data -->": `<script type="application/json" id="data">${json}</script>`,
    "<!-- script -->": `<script type="module">${script}</script>`,
  };
  // It is a function so that a "$" in a text does not refer to the match.
  return source("index.html").replace(/%policy%|<!-- (style|data|script) -->/g, (at) => parts[at]);
}

/** What can be chosen on the page; the rows of the summary are used elsewhere. */
function pageSettings({ settings, open }: ChartData, curves: readonly Curve[]) {
  const overProducers = ({ title, cells, rows }: Setting) => ({
    title,
    axis: "producers",
    cells,
    notes: [
      ...(isOwnLoad(rows[0]) ? [OWN_LOAD] : []),
      ...(readingOf(rows[0].load) === null ? [] : ["How it went over time is in backlog.svg."]),
    ],
  });
  const overRates = (curve: Curve) => ({
    title: `${curve.title}, over rates, ${span([curve.producers])}`,
    axis: "rate",
    cells: cellsOf(curve, open),
    notes: [],
  });
  return [...[...settings, ...open].map(overProducers), ...curves.map(overRates)];
}

function cellsOf({ rows }: Curve, open: readonly Setting[]) {
  const keys = new Set(rows.map(cellKey));
  return open.flatMap((setting) =>
    setting.cells.filter((_, at) => keys.has(cellKey(setting.rows[at])))
  );
}

/** The text that the page shows of a conclusion. */
function conclusionData({ title, table, notes, sentences }: Conclusion) {
  return {
    title,
    table: table === null ? null : {
      head: table.head.map(textOf),
      rows: table.rows.map((row) => row.map(textOf)),
    },
    notes: notes.map(plainText),
    sentences,
  };
}

/**
 * Only this style and this script, which are known by their hashes, may have an effect: no other script, no inline
 * handler, no address to load from or send to. With trusted types even the page's own script cannot turn text into
 * elements.
 */
function policyFor(style: string, script: string): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** The hash of a script or a style, in the form that a policy contains. */
export function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** JSON that can neither end the script element nor start a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * A module and everything that it imports, as one text, because a page that was opened from a disk cannot load other
 * files. Each module becomes a function that returns its exports, so that none sees the names of another.
 */
function bundled(name: string, seen = new Set<string>()): string {
  if (seen.has(name)) return "";
  seen.add(name);
  const imported: string[] = [];
  const exported: string[] = [];
  const own = source(name).replace(
    /^import (\{[^}]*\}) from "((?:\.\/|\.\.\/\.\.\/cli\/)[\w-]+\.js)";$/gm,
    (_, names: string, other: string) => {
      imported.push(bundled(other, seen));
      return `const ${names} = ${variableOf(other)};`;
    },
  ).replace(/^export ((?:const|function) (\w+))/gm, (_, declaration: string, what: string) => {
    exported.push(what);
    return declaration;
  });
  const result = `return { ${exported.join(", ")} };`;
  return `${imported.join("")}const ${variableOf(name)} = (() => {\n${own}${result}\n})();\n`;
}

function variableOf(name: string): string {
  return `module_${name.replace(/\W/g, "_")}`;
}

/** @param name of a file in the folder of the page's modules */
function source(name: string): string {
  return readFileSync(new URL(`page/${name}`, import.meta.url), "utf8").replaceAll("\r\n", "\n");
}
