/** report.md: the tables of a run, for a README or the summary of a CI job. */
import { delta, POST, timeCell } from "./tables.ts";
import { rate } from "../cli/units.ts";
import type { Summary } from "../results/columns.ts";
import { groupBy } from "../statistics/summary.ts";
import { type ChartData, seriesLabel, type Setting } from "./chart_data.ts";
import { titleOf } from "./chart_svg.ts";
import { environmentFacts } from "./environment_facts.ts";
import { failureLines } from "./failures.ts";
import { escaped, fenced, table } from "./markdown_text.ts";
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
      ...table(["name", "value"], facts.map((pair) => pair.map(escaped)), [0, 1]),
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
        ? [`### ${escaped(titleOf(name, version))}`, "", ...postTable(ofRuntime), ""]
        : [];
    }),
    "### Runtimes side by side",
    "",
    ...runtimesTable(rows, data.runtimes.map(({ name }) => name)),
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

/** As in the post: the lock, the channels, and the post's Δ%. */
function postTable(rows: readonly Summary[]): string[] {
  const labels = POST.filter((label) => rows.some((row) => seriesLabel(row) === label));
  const withDelta = labels.includes(POST[0]) && labels.includes(POST[1]);
  const head = [
    "producers",
    ...labels.map((label) => label.replace(":drain=", " ")),
    ...(withDelta ? ["Δ%"] : []),
  ];
  const lines = [...groupBy(rows, (row) => String(row.producers)).values()]
    .sort((a, b) => a[0].producers! - b[0].producers!)
    .map((cells) => {
      const cell = (label: string) => cells.find((row) => seriesLabel(row) === label);
      return [
        cells[0].producers!.toLocaleString("en-US"),
        ...labels.map((label) => timeText(cell(label))),
        ...(withDelta ? [delta(cell(POST[0]), cell(POST[1]))] : []),
      ];
    });
  return table(head, lines, []);
}

/** Every strategy and control: one time per runtime, then the rate of the fastest. */
function runtimesTable(rows: readonly Summary[], runtimes: readonly string[]): string[] {
  const lines = [...groupBy(rows, (row) => `${row.producers} ${seriesLabel(row)}`).values()].map(
    (cells) => {
      const rates = cells.filter((row) => row.status === "ok" && row.messages_per_s)
        .map((row) => row.messages_per_s!);
      return [
        escaped(seriesLabel(cells[0])),
        cells[0].producers!.toLocaleString("en-US"),
        ...runtimes.map((runtime) => timeText(cells.find((row) => row.runtime === runtime))),
        rates.length === 0 ? "" : rate(Math.max(...rates)),
      ];
    },
  );
  return table(["strategy", "producers", ...runtimes.map(escaped), "messages/s, best"], lines, [0]);
}

function timeText(row: Summary | undefined): string {
  return row === undefined ? "" : escaped(plainText(timeCell(row, (_, text) => text)));
}
