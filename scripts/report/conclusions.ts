/** What a run says, for everybody who prints it: per setting, the ranking and the answer in sentences. */
import { plainText } from "../cli/plain_text.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { settingTitle } from "../results/labels.ts";
import type { PairComparison } from "../statistics/pairs.ts";
import { type Rank, rank } from "../statistics/ranking.ts";
import { answer } from "./answer.ts";
import { type Failures, failuresOf } from "./failures.ts";
import { rankingNotes, rankingTable } from "./ranking_table.ts";
import { bySetting } from "./result_tables.ts";
import type { TableData } from "./table.ts";

export interface Conclusion {
  title: string;
  /** Of the summary. */
  rows: readonly Summary[];
  runtimes: string[];
  /** Every P of the setting, ascending. */
  producers: number[];
  /** Strategies from the fastest on, then controls; empty where nothing has a figure. */
  ranks: Rank[];
  ranking: TableData;
  /** What the ranking's marks mean. */
  notes: string[];
  sentences: string[];
  failures: Failures;
}

export function conclusionsOf(
  summary: readonly Summary[],
  pairs: readonly PairComparison[],
  samples: readonly Sample[],
): Conclusion[] {
  return bySetting(summary).map((rows) => {
    const ranks = rank(rows, pairs, samples);
    const runtimes = [...new Set(rows.map((row) => row.runtime!))];
    return {
      title: plainText(settingTitle(rows[0])),
      rows,
      runtimes,
      producers: [...new Set(rows.map(({ producers }) => producers!))].sort((a, b) => a - b),
      ranks,
      ranking: rankingTable(ranks, runtimes),
      notes: rankingNotes(ranks),
      sentences: answer(rows, pairs).map(plainText),
      failures: failuresOf(rows, samples),
    };
  });
}
