/** How long the messages of an open loop waited, as a table: one line per strategy, one column per runtime. */
import { applying } from "../cli/applying.ts";
import { count, digits, rate, time } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { isOwnLoad, labelOf } from "../results/labels.ts";
import type { WaitFigure, WaitRank } from "../statistics/wait_ranking.ts";
import { MISSING_NOTE, rankRows, wordEntry } from "./ranking_table.ts";
import type { Entry, TableData } from "./table.ts";

/** A note says so where a wait counted from the sending looks shorter by more than this factor. */
const OMISSION_FACTOR = 1.2;
/** What the control `empty` is called here. */
const PACING = "pacing alone";

/** What a strategy or control is called where waits are shown. */
export function waitLabel(label: string): string {
  return label === "empty" ? PACING : label;
}

/**
 * @param ranks strategies and controls in their order
 * @param isOwn whether each cell had a rate of its own, which is then shown beside its figure
 */
export function latencyTable(
  ranks: readonly WaitRank[],
  runtimes: readonly string[],
  isOwn: boolean,
): TableData {
  const line = ({ label, figures, words }: WaitRank): Entry[] => [
    waitLabel(label),
    ...runtimes.map((runtime) => {
      const figure = figures.find((one) => one.runtime === runtime);
      return figure === undefined ? wordEntry(words.get(runtime)) : figureText(figure, isOwn);
    }),
  ];
  const head = ["p50 · p99 of the wait", ...runtimes];
  return { head, words: [0], rows: rankRows(ranks, head.length, line) };
}

/** Two digits, since no interval is shown that would justify more. */
function figureText(figure: WaitFigure, isOwn: boolean): string {
  const { p50Us, p99Us, ratePerS, isMostlyPacing, isClockDoubtful, isSaturated, missing, letters } =
    figure;
  const marks = (missing.length > 0 ? "*" : "") + (isSaturated ? "!" : "") +
    (isMostlyPacing ? "~" : "") + (isClockDoubtful ? "?" : "");
  const short = (us: number) => time(Number(us.toPrecision(2)));
  return `${marks}${short(p50Us)} · ${short(p99Us)}` +
    (isOwn && ratePerS !== null ? ` at ${rate(Number(ratePerS.toPrecision(2)))}` : "") +
    (letters === "" ? "" : ` ${letters}`);
}

/**
 * What the figures of that table are, and what its marks mean, as far as they occur in it.
 * @param rows of the setting
 */
export function latencyNotes(ranks: readonly WaitRank[], rows: readonly Summary[]): string[] {
  const figures = ranks.flatMap((one) => one.figures);
  if (figures.length === 0) return [];
  return applying(
    "Half of the messages waited at most p50, 99 % at most p99: from when a message was due until the consumer had it. Geometric means over all P.",
    !isOwnLoad(rows[0]) && rateNote(rows),
    figures.some(({ letters }) => letters !== "") &&
      "Strategies of a runtime that share a letter are not shown to differ in p99; letters are corrected.",
    ranks.some((one) => one.label === "empty" && one.figures.length > 0) &&
      `${PACING}: how late producers are that hand nothing over.`,
    figures.some(({ isSaturated }) => isSaturated) &&
      "! saturated at some P: it delivers less than 97 % of what is due, and its waits would grow with a longer run.",
    figures.some(({ isMostlyPacing }) => isMostlyPacing) &&
      `~ mostly how late the producers' pacing is at some P: p50 is under twice ${PACING}.`,
    figures.some(({ isClockDoubtful }) => isClockDoubtful) &&
      "? at some P two threads' clocks may differ by more than a third of p50.",
    figures.some(({ missing }) => missing.length > 0) && MISSING_NOTE,
    omissionNote(rows),
  );
}

/** The rate at which all were compared, where the rows say it. */
function rateNote(rows: readonly Summary[]): string | false {
  const paced = rows.filter(({ rate_per_s }) => rate_per_s !== null);
  if (paced.length === 0) return false;
  const shown = (own: readonly Summary[]) => [
    ...new Set(
      own.toSorted((a, b) => a.rate_per_s! - b.rate_per_s!).map((row) => rate(row.rate_per_s!)),
    ),
  ];
  const all = shown(paced);
  const isByP = [...Map.groupBy(paced, ({ producers }) => producers).values()]
    .every((own) => shown(own).length === 1);
  const range = all.length === 1
    ? all[0]
    : `${all[0]} to ${all.at(-1)}, depending on ${isByP ? "P" : "the cell"}`;
  return `All producers of a cell together were due to send ${range}.`;
}

/** Names the cell in which counting from the sending would hide the most (coordinated omission). */
function omissionNote(rows: readonly Summary[]): string | false {
  const hidden = rows.flatMap((row) =>
    row.status === "ok" && row.p99_us !== null && (row.uncorrected_p99_us ?? 0) > 0
      ? [{ row, factor: row.p99_us / row.uncorrected_p99_us! }]
      : []
  ).sort((a, b) => b.factor - a.factor);
  if (hidden.length === 0 || hidden[0].factor <= OMISSION_FACTOR) return false;
  const { row, factor } = hidden[0];
  return `Counted from when a message was sent and not from when it was due, p99 would be up to ${
    digits(Number(factor.toPrecision(2)))
  }× shorter (${row.runtime} ${labelOf(row)} at P = ${
    count(row.producers!)
  }): a late producer would hide so much.`;
}
