/** The ranking as a table: one line per strategy, one column per runtime, the fastest first. */
import { applying } from "../cli/applying.ts";
import { digits, rate } from "../cli/units.js";
import { type Rank, type RankedFigure, REFERENCE } from "../statistics/ranking.ts";
import type { Entry, TableData } from "./table.ts";

/** What `*` before a figure means. */
export const MISSING_NOTE =
  "* no figure at some P: a mean over the others, without a letter, not to be read downwards.";

/** @param ranks strategies and controls in their order */
export function rankingTable(ranks: readonly Rank[], runtimes: readonly string[]): TableData {
  const withReference = ranks.some(({ timesReference }) => timesReference !== null);
  const line = (one: Rank): Entry[] => [
    one.label,
    ...runtimes.map((runtime) =>
      figureEntry(
        one.figures.find((figure) => figure.runtime === runtime),
        one.words.get(runtime),
      )
    ),
    ...(withReference && !one.isControl ? [times(one)] : []),
    ...(runtimes.length > 1 && !one.isControl ? [one.fastestRuntime ?? "-"] : []),
  ];
  const head = [
    "messages/s over all P",
    ...runtimes,
    ...(withReference ? ["×"] : []),
    ...(runtimes.length > 1 ? ["fastest"] : []),
  ];
  return {
    head,
    words: runtimes.length > 1 ? [0, head.length - 1] : [0],
    rows: rankRows(ranks, head.length, line),
  };
}

/** A row for each, with the controls below a row with that title. */
export function rankRows<R extends { isControl: boolean }>(
  ranks: readonly R[],
  columns: number,
  line: (one: R) => Entry[],
): Entry[][] {
  const controls = ranks.filter(({ isControl }) => isControl);
  const rows = [
    ...ranks.filter(({ isControl }) => !isControl).map(line),
    ...(controls.length === 0 ? [] : [["controls"], ...controls.map(line)]),
  ];
  return rows.map((entries) => [...entries, ...Array(columns - entries.length).fill("")]);
}

/** What the marks of that table mean, as far as they occur in it. */
export function rankingNotes(ranks: readonly Rank[]): string[] {
  const figures = ranks.flatMap((one) => one.figures);
  if (figures.length === 0) return [];
  return applying(
    "Geometric means over all P; ± is half of a figure's own 95 % interval, not corrected.",
    ranks.some(({ timesReference }) => timesReference !== null) &&
      `× how many times as fast as ${REFERENCE}, lowest and highest of the runtimes.`,
    figures.some(({ letters }) => letters !== "") &&
      "Strategies of a runtime that share a letter are not shown to differ; letters and fastest are corrected.",
    figures.some(({ hasFixedCost }) => hasFixedCost) &&
      "~ mostly the fixed cost of a run at some P: the hand-off alone is faster, and no pair uses that P.",
    figures.some(({ missing }) => missing.length > 0) && MISSING_NOTE,
  );
}

/** The entry in place of a figure: why there is none. */
export function wordEntry(word = ""): Entry {
  return { text: word, tone: word === "skipped" ? "dim" : "red" };
}

function figureEntry(figure: RankedFigure | undefined, word?: string): Entry {
  if (figure === undefined) return wordEntry(word);
  const { messagesPerSecond, plusMinus, hasFixedCost, missing, letters } = figure;
  const marks = (missing.length > 0 ? "*" : "") + (hasFixedCost ? "~" : "");
  const width = plusMinus === null ? "" : ` ±${digits(Math.max(1, Math.round(plusMinus * 100)))}%`;
  return `${marks}${rate(messagesPerSecond).replace("/s", "").trim()}${width}${
    letters === "" ? "" : ` ${letters}`
  }`;
}

function times({ timesReference }: Rank): string {
  if (timesReference === null) return "";
  const [least, most] = timesReference.map((value) => Number(value.toPrecision(2)));
  return least === most ? digits(least) : `${digits(least)}–${digits(most)}`;
}
