/** report.md: the tables of a run, for a README or the summary of a CI job. */
import { type ChartData, seriesLabel, type Setting } from "./chart_data.ts";
import { titleOf } from "./chart_svg.ts";
import { environmentFacts } from "./environment_facts.ts";
import { failureLines } from "./failures.ts";
import { escaped, fenced } from "./markdown_text.ts";
import { POST, postTable, runtimesTable } from "./result_tables.ts";
import { markdownTable } from "./table.ts";
import { plainText } from "../cli/plain_text.ts";

/** @param verdicts lines of text, not Markdown */
export function reportMarkdown(
  data: ChartData,
  environment: unknown,
  verdicts: readonly string[],
): string {
  return [
    "# fanin report",
    "",
    "![Time of a run over producers](chart.svg)",
    "",
    "![Runtimes side by side](runtimes.svg)",
    "",
    ...(verdicts.length === 0
      ? []
      : ["## Verdicts", "", ...verdicts.map((line) => `- ${escaped(plainText(line))}`), ""]),
    ...data.settings.flatMap((setting) => settingSection(setting, data)),
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
  const failures = failureLines(setting);
  const { rows } = setting;
  return [
    `## ${escaped(setting.title)}`,
    "",
    ...data.runtimes.flatMap(({ name, version }) => {
      const ofRuntime = rows.filter((row) => row.runtime === name);
      return ofRuntime.some((row) => POST.includes(seriesLabel(row)))
        ? [`### ${escaped(titleOf(name, version))}`, "", ...markdownTable(postTable(ofRuntime)), ""]
        : [];
    }),
    "### Runtimes side by side",
    "",
    ...markdownTable(runtimesTable(rows, true)),
    "",
    ...(rows.some((row) => row.floor)
      ? [
        escaped(
          "~ mostly the fixed cost of a run (under 5 times empty): no ratio is drawn from it",
        ),
        "",
      ]
      : []),
    ...(failures.length === 0
      ? []
      : ["### Without a figure", "", ...failures.map((line) => `- ${escaped(line)}`), ""]),
  ];
}
