/** report.md: the tables of a session, for a README or the summary of a CI job. */
import { runtimeTitle } from "../cli/units.js";
import type { ChartData, Setting } from "./chart_data.ts";
import type { Conclusion } from "./conclusions.ts";
import { environmentFacts } from "./environment_facts.ts";
import { escaped, fenced } from "./markdown_text.ts";
import { isOfThePost, postTable, ratesTable } from "./result_tables.ts";
import { conclusionLines, everyP } from "./summary_page.ts";
import { markdownTable } from "./table.ts";

/** Pictures of an open loop, each with the text for readers who cannot see it. */
const OPEN_PICTURES = {
  "latency.svg": "What messages waited, over percentiles",
  "curve.svg": "What messages waited, over messages delivered a second",
  "backlog.svg": "What piles up behind a slow listener, over time",
};

/** @param pictures names of the files in the same folder */
export function reportMarkdown(
  data: ChartData,
  environment: unknown,
  conclusions: readonly Conclusion[],
  pictures: readonly string[] = [],
): string {
  const hasThroughput = data.settings.length > 0;
  const open = conclusions.filter(({ isOpenLoop }) => isOpenLoop);
  return [
    "# fanin report",
    "",
    ...(hasThroughput
      ? ["![Messages per second over all P, the fastest strategy on top](ranking.svg)", ""]
      : []),
    ...conclusions.flatMap((conclusion) => [
      `## ${escaped(conclusion.title)}`,
      "",
      ...conclusionLines(conclusion),
      ...withoutFigure(conclusion),
    ]),
    ...(hasThroughput ? ["![Messages per second over producers](chart.svg)", ""] : []),
    ...data.settings.flatMap((setting) => settingSection(setting, data)),
    ...Object.entries(OPEN_PICTURES).flatMap(([name, text]) =>
      pictures.includes(name) ? [`![${text}](${name})`, ""] : []
    ),
    ...open.flatMap((conclusion) => [
      `## Every P: ${escaped(conclusion.title)}`,
      "",
      ...markdownTable(everyP(conclusion)),
      "",
    ]),
    "## Environment",
    "",
    ...environmentFacts(environment).flatMap(({ title, facts }) => [
      ...(Array.isArray(environment) ? [`### ${escaped(title)}`, ""] : []),
      ...markdownTable({ head: ["name", "value"], words: [0, 1], rows: facts }),
      "",
    ]),
    "<details><summary>environment.json</summary>",
    "",
    ...fenced(JSON.stringify(environment, null, 2), "json"),
    "",
    "</details>",
    "",
  ].join("\n");
}

function settingSection(setting: Setting, data: ChartData): string[] {
  const { rows } = setting;
  return [
    `## Every P: ${escaped(setting.title)}`,
    "",
    ...data.runtimes.flatMap(({ name, version }) => {
      const ofRuntime = rows.filter((row) => row.runtime === name);
      return ofRuntime.some(isOfThePost)
        ? [
          `### ${escaped(runtimeTitle(name, version))}`,
          "",
          ...markdownTable(postTable(ofRuntime)),
          "",
        ]
        : [];
    }),
    "### Runtimes side by side",
    "",
    ...markdownTable(ratesTable(rows)),
    "",
    ...(rows.some((row) => row.floor)
      ? [
        escaped(
          "~ mostly the fixed cost of a run (under 5 times empty): no ratio is drawn from it",
        ),
        "",
      ]
      : []),
  ];
}

function withoutFigure({ failures: { failed, skipped } }: Conclusion): string[] {
  const lines = [...failed, ...skipped].map((line) => `- ${escaped(line)}`);
  return lines.length === 0 ? [] : ["### Without a figure", "", ...lines, ""];
}
