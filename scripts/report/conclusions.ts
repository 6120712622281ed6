/**
 * What a session shows, for every output that prints it: for each setting, a table and the answer in sentences. At full
 * load the table ranks by messages per second. In an open loop, whose producers determine that rate, it shows how long
 * messages waited.
 */
import { plainText } from "../cli/plain_text.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { isOpenLoop, isOwnLoad, settingTitle } from "../results/labels.ts";
import type { PairComparison } from "../statistics/pairs.ts";
import { type Rank, rank } from "../statistics/ranking.ts";
import { rankWaits } from "../statistics/wait_ranking.ts";
import { answer } from "./answer.ts";
import { backlogSentences } from "./backlog_words.ts";
import { droppedTable } from "./dropped_table.ts";
import { type Failures, failuresOf } from "./failures.ts";
import { latencyNotes, latencyTable } from "./latency_table.ts";
import { rankingNotes, rankingTable } from "./ranking_table.ts";
import { bySetting } from "./result_tables.ts";
import type { TableData } from "./table.ts";

export interface Conclusion {
  title: string;
  /** Rows of the summary. */
  rows: readonly Summary[];
  runtimes: string[];
  /** Every P of the setting, ascending. */
  producers: number[];
  isOpenLoop: boolean;
  /** Strategies, the fastest first, then controls; empty in an open loop, which has no throughput to rank by. */
  ranks: Rank[];
  /** Null where there is nothing to show. */
  table: TableData | null;
  /** What share of the messages was dropped; null where no hand-off may drop. */
  dropped: TableData | null;
  /** What the table's marks mean. */
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
    const runtimes = [...new Set(rows.map((row) => row.runtime!))];
    return {
      title: plainText(settingTitle(rows[0])),
      rows,
      runtimes,
      producers: [...new Set(rows.map(({ producers }) => producers!))].sort((a, b) => a - b),
      ...(isOpenLoop(rows[0])
        ? waitsOf(rows, pairs, runtimes)
        : throughputOf(rows, pairs, samples, runtimes)),
      dropped: droppedTable(rows, samples),
      sentences: [...answer(rows, pairs), ...backlogSentences(rows)],
      failures: failuresOf(rows, samples),
    };
  });
}

type Shown = Pick<Conclusion, "isOpenLoop" | "ranks" | "table" | "notes">;

function throughputOf(
  rows: readonly Summary[],
  pairs: readonly PairComparison[],
  samples: readonly Sample[],
  runtimes: readonly string[],
): Shown {
  const ranks = rank(rows, pairs, samples);
  return {
    isOpenLoop: false,
    ranks,
    table: ranks.length === 0 ? null : rankingTable(ranks, runtimes),
    notes: rankingNotes(ranks),
  };
}

function waitsOf(
  rows: readonly Summary[],
  pairs: readonly PairComparison[],
  runtimes: readonly string[],
): Shown {
  const ranks = rankWaits(rows, pairs);
  return {
    isOpenLoop: true,
    ranks: [],
    table: latencyTable(ranks, runtimes, isOwnLoad(rows[0])),
    notes: latencyNotes(ranks, rows).map(plainText),
  };
}
