/**
 * The answer for a reader in a hurry, in a few sentences: which strategy, which runtime, how near to the socket, and
 * what is open.
 */
import { isControl } from "../../bench/subjects/controls.ts";
import { plainText } from "../cli/plain_text.ts";
import { digits, percent } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { isOwnLoad, labelOf, settingTitle } from "../results/labels.ts";
import { VERDICT_ROUNDS } from "../statistics/call.ts";
import { type Leaders, leadersOf } from "../statistics/leaders.ts";
import { hasTooFewRounds, type PairComparison } from "../statistics/pairs.ts";
import { MEASURE_WORDS, type MeasureWords } from "./measure_words.ts";
import { capitalized, span } from "./verdicts.ts";

/** The only sentence where nothing may be compared. */
export const OWN_LOAD =
  "Each cell ran at a rate of its own, a share of its own throughput at full load, so no line may be compared with another.";

/**
 * Names are made fit to print one by one, because a whole sentence with many of them would be cut.
 * @param summary of one setting
 * @param pairs of the whole report
 */
export function answer(
  summary: readonly Summary[],
  pairs: readonly PairComparison[],
): string[] {
  if (summary.length === 0) return [];
  if (isOwnLoad(summary[0])) return [OWN_LOAD];
  const own = pairs.filter(({ setting }) => setting === settingTitle(summary[0])).map((pair) => ({
    ...pair,
    on: plainText(pair.on),
    first: plainText(pair.first),
    second: plainText(pair.second),
  }));
  return [
    ...strategySentences(own.filter(({ family }) => family === "strategies")),
    ...runtimeSentences(own.filter(({ family }) => family === "runtimes")),
    ...markedSentence(own),
    ...shareSentence(
      summary,
      "share_of_socket_bulk",
      "Of what socket-bulk writes without producers",
    ),
    ...shareSentence(
      summary,
      "share_of_no_handoff",
      "Of what no-handoff does with the same work",
    ),
    ...openSentence(own),
  ];
}

/** Which strategy leads under which runtimes; where none does, the strategies that nothing is shown to beat. */
function strategySentences(pairs: readonly PairComparison[]): string[] {
  const { led = [], open = [] } = groupsOf(pairs);
  return [
    ...[...Map.groupBy(led, ({ leader, words }) => words.leads(leader!, "strategy"))].map((
      [leads, under],
    ) =>
      `${leads} under ${listed(under.map((one) => `${capitalized(one.on)} (${one.atLeast})`))}.`
    ),
    ...[...Map.groupBy(open, openWords)].map(([unbeaten, under]) =>
      `${under[0].words.whichLeads("strategy")} under ${
        listed(under.map(({ on }) => capitalized(on)))
      } is undecided${unbeaten}.`
    ),
  ];
}

/** The names that nothing is shown to beat, unless that is all of them. */
function openWords({ names, unbeaten, words }: Group): string {
  return unbeaten.length === names.length ? "" : `: ${words.unbeaten(listed(unbeaten, "or"))}`;
}

/** The same for runtimes: which one leads on which strategies, and on which strategies that is open. */
function runtimeSentences(pairs: readonly PairComparison[]): string[] {
  const { led = [], open = [] } = groupsOf(pairs);
  return [
    ...[...Map.groupBy(led, ({ leader, words }) => words.leads(capitalized(leader!), "runtime"))]
      .map((
        [leads, on],
      ) => `${leads} on ${listed(on.map((one) => `${one.on} (${one.atLeast})`))}.`),
    ...(open.length === 0 ? [] : [
      `${open[0].words.whichLeads("runtime")} is undecided on ${
        led.length === 0 && open.length > 1 ? "each strategy" : listed(open.map(({ on }) => on))
      }.`,
    ]),
  ];
}

interface Group extends Leaders {
  on: string;
  words: MeasureWords;
  /**
   * The lowest end of the corrected intervals of the leader's ratios, in words, which holds for all of them at once.
   */
  atLeast: string;
}

function groupsOf(pairs: readonly PairComparison[]): { led?: Group[]; open?: Group[] } {
  const groups = [...Map.groupBy(pairs, ({ on }) => on)].map(([on, same]) => {
    const leaders = leadersOf(same);
    const lows = same.filter(({ first }) => first === leaders.leader)
      .map(({ decision }) => decision!.low);
    const words = MEASURE_WORDS[same[0].measure];
    return { on, words, ...leaders, atLeast: words.atLeast(`${roundedDown(Math.min(...lows))}×`) };
  });
  return Object.groupBy(groups, ({ leader }) => leader === null ? "open" : "led");
}

/** Rounds down, so that nothing is overstated: to hundredths, or to thousandths where hundredths would say nothing. */
function roundedDown(ratio: number): string {
  return ratio < 1.1
    ? (Math.floor(ratio * 1_000) / 1_000).toFixed(3)
    : digits(Math.floor(ratio * 100) / 100);
}

/** Names strategies whose waits are doubtful, so that no verdict above appears without that. */
function markedSentence(pairs: readonly PairComparison[]): string[] {
  const ofStrategies = pairs.filter(({ family }) => family === "strategies");
  const marked = new Map(
    ofStrategies.flatMap(({ on, marks }) =>
      [...marks].map(([name, own]) =>
        [`${plainText(name)} under ${capitalized(on)}`, own.join(" and ")] as const
      )
    ),
  );
  return [...Map.groupBy([...marked], ([, mark]) => mark)].map(([mark, all]) =>
    `Take with care, ${mark}: ${listed(all.map(([name]) => name))}.`
  );
}

/** Compares medians, so it claims no more than "reaches". @param subject the beginning of the sentence */
function shareSentence(
  summary: readonly Summary[],
  column: "share_of_socket_bulk" | "share_of_no_handoff",
  subject: string,
): string[] {
  const contenders = summary.filter((row) => !isControl(row.strategy!) && row[column] !== null);
  const largest = Math.max(...contenders.map(({ producers }) => producers!));
  const atLargest = contenders.filter(({ producers }) => producers === largest);
  const best = [...Map.groupBy(atLargest, ({ runtime }) => runtime!)].map(([runtime, rows]) => ({
    runtime,
    row: rows.reduce((a, b) => a[column]! >= b[column]! ? a : b),
  }));
  if (best.length === 0) return [];
  const oneLabel = new Set(best.map(({ row }) => labelOf(row))).size === 1;
  const parts = best.map(({ runtime, row }) =>
    `${percent(Number(row[column]!.toPrecision(2)))} under ${capitalized(plainText(runtime))}` +
    (oneLabel ? "" : ` (${plainText(labelOf(row))})`)
  );
  return [
    `${subject}, ${oneLabel ? plainText(labelOf(best[0].row)) : "the fastest strategy"} reaches ${
      listed(parts)
    } ${span([largest])} (medians).`,
  ];
}

function openSentence(pairs: readonly PairComparison[]): string[] {
  if (pairs.length === 0) return [];
  const few = pairs.filter(hasTooFewRounds).length;
  const decided = pairs.filter(({ decision }) =>
    decision !== null && decision.call !== "undecided"
  );
  const same = decided.filter(({ decision }) => decision!.call === "same").length;
  const all = `${decided.length} of ${pairs.length} pairs are decided` +
    (same === 0 ? "" : `, ${same} of them the same within the margin`);
  if (decided.length === pairs.length) return [`${all}.`];
  return [
    few > 0
      ? `${all}; a verdict takes ${VERDICT_ROUNDS} rounds: give --rounds ${VERDICT_ROUNDS}, a longer --budget, or fewer cells.`
      : `${all}; summary.md says how many more rounds each of the others would need.`,
  ];
}

/** Lists words as "a, b and c". */
function listed(names: readonly string[], word = "and"): string {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;
}
