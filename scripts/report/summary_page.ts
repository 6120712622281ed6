/** `summary.md`: the tables and the answer first, then every P and every pair, for a reader or a CI summary. */
import { LEAST_MESSAGES } from "../../bench/process/budget.ts";
import { applying } from "../cli/applying.ts";
import { factor, time } from "../cli/units.js";
import type { Sample, Summary } from "../results/columns.ts";
import { isOpenLoop, labelOf } from "../results/labels.ts";
import { VERDICT_ROUNDS } from "../statistics/call.ts";
import { firstCellRatios } from "../statistics/first_cells.ts";
import { mean } from "../statistics/inference.ts";
import { hasTooFewRounds, type PairComparison } from "../statistics/pairs.ts";
import { escaped } from "./markdown_text.ts";
import type { Conclusion } from "./conclusions.ts";
import { latencyCells } from "./latency_cells.ts";
import { MEASURE_WORDS } from "./measure_words.ts";
import { pairMatrix } from "./pair_matrix.ts";
import { ratesTable } from "./result_tables.ts";
import { markdownTable, type TableData } from "./table.ts";
import { capitalized, CAUTION, verdict } from "./verdicts.ts";

/** Above this factor, the summary names a cell whose first measured run takes longer. */
const FIRST_RUN_FACTOR = 1.1;

export function summaryPage(
  summary: readonly Summary[],
  pairs: readonly PairComparison[],
  conclusions: readonly Conclusion[],
  samples: readonly Sample[],
): string {
  return [
    "# Summary",
    "",
    ...conclusions.flatMap((conclusion) => [
      `## ${escaped(conclusion.title)}`,
      "",
      ...conclusionLines(conclusion),
      "### Every P",
      "",
      ...markdownTable(everyP(conclusion)),
      "",
    ]),
    "## What to know about the figures",
    "",
    ...bullets([...remarks(summary, pairs), ...firstCells(samples), CAUTION]),
    ...[...Map.groupBy(pairs, ({ measure }) => measure).values()].flatMap((same) => [
      ...section("Runtimes against each other", same.filter(({ family }) => family === "runtimes")),
      ...section(
        "Strategies against each other",
        same.filter(({ family }) => family === "strategies"),
      ),
    ]),
  ].map((line) => line + "\n").join("");
}

/** Every cell of a setting. */
export function everyP({ isOpenLoop, rows }: Conclusion): TableData {
  return isOpenLoop ? latencyCells(rows) : ratesTable(rows);
}

/** The table, what its marks mean, and the answer, as Markdown. */
export function conclusionLines({ table, dropped, notes, sentences }: Conclusion): string[] {
  return [
    ...(table === null ? [] : [...markdownTable(table), "", ...bullets(notes)]),
    ...(dropped === null ? [] : [...markdownTable(dropped), ""]),
    ...bullets(sentences),
  ];
}

function section(title: string, pairs: readonly PairComparison[]): string[] {
  if (pairs.length === 0) return [];
  const settings = new Set(pairs.map(({ setting }) => setting)).size;
  const groups = [...Map.groupBy(pairs, ({ on, setting }) => `${on}|${setting}`).values()];
  const open = pairs.filter(({ decision }) => decision === null || decision.call === "undecided");
  const words = MEASURE_WORDS[pairs[0].measure];
  const where = ({ setting }: PairComparison) => settings > 1 ? ` (${setting})` : "";
  return [
    "<details>",
    `<summary>${title}${words.titled}: ${pairs.length} pairs, also in pairs.csv</summary>`,
    "",
    `${words.matrix} =: the same within the margin; ?: undecided.`,
    "",
    ...groups.flatMap((group) => [
      `#### ${escaped(group[0].on + where(group[0]))}`,
      "",
      ...markdownTable(pairMatrix(group)),
      "",
    ]),
    ...bullets(open.map((pair) => verdict(pair) + where(pair))),
    "</details>",
    "",
  ];
}

/** What a reader of the figures must know, one line for each. */
function remarks(summary: readonly Summary[], pairs: readonly PairComparison[]): string[] {
  const few = pairs.filter(hasTooFewRounds).length;
  // In an open loop the producers determine how long a run takes, whatever is measured.
  const timed = summary.filter((row) => !isOpenLoop(row));
  const odd = timed.filter((row) => (row.outliers ?? 0) > 0)
    .toSorted((a, b) => b.outliers! / b.processes! - a.outliers! / a.processes!);
  const first = timed.filter((row) =>
    row.strategy !== "empty" && (row.first_run_factor ?? 1) > FIRST_RUN_FACTOR
  ).toSorted((a, b) => b.first_run_factor! - a.first_run_factor!);
  const long = summary.filter((row) => row.overlong)
    .toSorted((a, b) => b.median_us! - a.median_us!);
  const bad = summary.filter((row) => row.status !== "ok");
  return applying(
    few > 0 &&
      `${few} of ${pairs.length} comparisons have fewer than ${VERDICT_ROUNDS} rounds in common: more --rounds or --budget would decide them.`,
    odd.length > 0 &&
      `Outliers, kept in: ${
        listed(odd, (row) => `${row.outliers} of ${row.processes} processes`)
      }.`,
    first.length > 0 &&
      `First-run effect, a process's first measured run against its later ones: ${
        listed(first, (row) => `${row.first_run_factor!.toFixed(2)}×`)
      }.`,
    long.length > 0 &&
      `Runs over twice as long as they were to be: ${
        listed(long, (row) => time(row.median_us!))
      }. Each producer sends ${LEAST_MESSAGES} messages at least, and all runtimes send as many.`,
    summary.some((row) => row.floor) &&
      "Cells that are mostly the fixed cost of a run (under 5 times empty) enter no comparison.",
    summary.some((row) => row.oversubscribed) &&
      "There were more threads than cores: Workers, consumer and listener share them.",
    bad.length > 0 && `Without a figure: ${listed(bad, (row) => row.status!)}.`,
  );
}

/**
 * The fewer P a session has, the larger is the share of figures from a process's first P, so a reader of ratios must
 * know their effect.
 */
function firstCells(samples: readonly Sample[]): string[] {
  const ratios = firstCellRatios(samples);
  const shown = Map.groupBy(ratios, ({ runtime }) => runtime).values().map((own) => {
    const [most] = own.toSorted((a, b) => b.ratio.ratio - a.ratio.ratio);
    const middle = Math.exp(mean(own.map(({ ratio }) => Math.log(ratio.ratio))));
    return `${factor(middle)} as long in ${capitalized(most.runtime)}, ` +
      `at most ${factor(most.ratio.ratio)} (${factor(most.ratio.low)} to ${
        factor(most.ratio.high)
      }, ${most.label})`;
  });
  return applying(
    ratios.length > 0 &&
      "The first P that a process measures, against its later ones, in the mean over strategies: " +
        `a message took ${[...shown].join("; ")}.`,
  );
}

/** Names a few of the rows, and counts the rest. */
function listed(rows: readonly Summary[], what: (row: Summary) => string): string {
  const shown = rows.slice(0, 5).map((row) =>
    `${row.runtime} ${labelOf(row)} P=${row.producers} ${what(row)}`
  );
  return shown.join("; ") +
    (rows.length > shown.length ? `; and ${rows.length - shown.length} more cells` : "");
}

function bullets(lines: readonly string[]): string[] {
  return [...lines.map((line) => `- ${escaped(line)}`), ""];
}
