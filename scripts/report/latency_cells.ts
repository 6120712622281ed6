/** Every cell of an open loop in a line: percentiles of how long its messages waited, as medians over processes. */
import { count, memory, rate, time } from "../cli/units.js";
import type { Summary } from "../results/columns.ts";
import { labelOf } from "../results/labels.ts";
import { readingOf } from "../results/load.ts";
import { waitOf } from "../statistics/wait_ranking.ts";
import { waitLabel } from "./latency_table.ts";
import { wordEntry } from "./ranking_table.ts";
import type { Entry, TableData } from "./table.ts";

/** @param rows of one setting */
export function latencyCells(rows: readonly Summary[]): TableData {
  // Without a socket there is no listener that reads.
  const hasEnd = rows.some(({ end_p50_us }) => end_p50_us !== null);
  const isSlow = readingOf(rows[0]?.load ?? null) !== null;
  const ordered = [...Map.groupBy(rows, labelOf).values()]
    .flatMap((own) => [...Map.groupBy(own, ({ producers }) => producers).values()].flat());
  return {
    head: [
      "wait from when due",
      "runtime",
      "producers",
      "rate",
      "p50",
      "p90",
      "p99",
      "p99.9",
      "max",
      ...(hasEnd ? ["end-to-end p50", "end-to-end p99"] : []),
      ...(isSlow ? ["most bytes waiting", "most messages due but not sent"] : []),
    ],
    words: [0, 1],
    rows: ordered.map((row) => [
      waitLabel(labelOf(row)),
      row.runtime!,
      count(row.producers!),
      row.rate_per_s === null ? "" : rate(row.rate_per_s),
      ...waits(row),
      ...(hasEnd ? [timeOf(row, row.end_p50_us), timeOf(row, row.end_p99_us)] : []),
      ...(isSlow ? piledUp(row) : []),
    ]),
  };
}

/** p50 to the maximum; where there are none, the word that says why. */
function waits(row: Summary): Entry[] {
  if (row.status !== "ok") return [wordEntry(row.status!), "", "", "", ""];
  const { p50, p99 } = waitOf(row) ?? { p50: null, p99: null };
  const marks = row.strategy === "empty"
    ? ""
    : (row.saturated ? "!" : "") + (row.mostly_pacing ? "~" : "") + (row.clock_doubtful ? "?" : "");
  return [
    p50 === null ? "" : `${marks}${time(p50)}`,
    timeOf(row, row.p90_us),
    timeOf(row, p99),
    timeOf(row, row.p999_us),
    timeOf(row, row.max_us),
  ];
}

/** The peaks of a run: what was sent and not yet received, and what was due and not yet sent. */
function piledUp({ status, backlog_peak_bytes, held_peak }: Summary): Entry[] {
  const isKnown = status === "ok";
  return [
    isKnown && backlog_peak_bytes !== null ? memory(backlog_peak_bytes) : "",
    isKnown && held_peak !== null ? count(Math.round(held_peak)) : "",
  ];
}

function timeOf({ status }: Summary, us: number | null): string {
  return status !== "ok" || us === null ? "" : time(us);
}
