/**
 * The data of the page and of all pictures and tables of throughput. Text in it is not escaped, but always one line.
 */
import { refuse } from "../cli/command.ts";
import { bySetting } from "./result_tables.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { isOpenLoop, labelOf, settingTitle } from "../results/labels.ts";
import { cellKey } from "../results/cell_key.ts";
import { deliveredPerS, marksOf } from "../statistics/latency.ts";
import { summarize } from "../statistics/summary.ts";
import { type Style, styleOf } from "./palette.ts";
import { plainText } from "../cli/plain_text.ts";
import { processesOf, type ProcessFigure } from "./processes.ts";
import { type WaitFigures, waitFigures } from "./wait_figures.ts";

const FIXED_COST = "mostly the fixed cost of a run";

/** Rows that may stand in one chart, with one line per runtime and strategy. */
export interface Setting {
  title: string;
  cells: ChartCell[];
  /** The same cells as rows of the summary, for the tables. */
  rows: Summary[];
}

/** A strategy or control with the parameters that tell its variants apart. */
export interface Series extends Style {
  label: string;
  strategy: string;
}

/** One cell. Unless `status` is ok, all figures are null; otherwise only ratios may be. */
export interface ChartCell {
  runtime: string;
  label: string;
  producers: number;
  messages: number;
  status: string;
  detail: string | null;
  verify: string | null;
  /** What a reader must know before comparing the figure with another; empty where there is nothing. */
  doubts: string[];
  oversubscribed: boolean;
  median_us: number | null;
  /** Ends of the 95 % interval of the median over processes; null with fewer than two of them. */
  low_us: number | null;
  high_us: number | null;
  messages_per_s: number | null;
  share_of_socket_bulk: number | null;
  cpu_us_per_message: number | null;
  rss_peak_bytes: number | null;
  processes: ProcessFigure[];
  /**
   * Left out at full load. In an open loop the producers determine how long a run takes, so the cell has neither a time
   * nor a rate of its own.
   */
  open?: { load: string; delivered_per_s: number | null; waits: WaitFigures | null };
}

export interface ChartData {
  /** Names, each with its version where that is not part of the name. */
  runtimes: { name: string; version: string }[];
  series: Series[];
  /** Settings at full load; none where everything was measured in an open loop. */
  settings: Setting[];
  /**
   * Settings of an open loop, one for each load. Their rows are those of the summary, with the names that the runtimes
   * have there.
   */
  open: Setting[];
}

/** @throws {UsageError} where the samples hold nothing that can be drawn */
export function chartData(samples: readonly Sample[]): ChartData {
  const summary = summarize(samples);
  refuse(
    summary.length === 0 &&
      "the results hold no finished round, so there is nothing to report yet",
    summary.some((row) => !(row.producers! > 0) || row.strategy === null) &&
      "samples.csv has a row without a strategy or a number of producers",
  );
  const processes = processesOf(samples);
  const nameOf = runtimeNames(summary);
  const settingsOf = (rows: readonly Summary[]) =>
    bySetting(rows).map((own) => ({
      title: plainText(settingTitle(own[0])),
      rows: own,
      cells: own.map((row) => chartCell(row, nameOf(row), processes.get(cellKey(row)) ?? [])),
    }));
  // What was measured at full load comes first, in its own order, whatever else there is.
  const timed = summary.filter((row) => !isOpenLoop(row));
  const open = summary.filter(isOpenLoop);
  const runtimes = Map.groupBy([...timed, ...open], nameOf);
  return {
    runtimes: [...runtimes].map(([name, [row]]) => ({
      name,
      version: plainText(row.runtime_version),
    })),
    series: [...Map.groupBy([...timed, ...open], seriesLabel)].map(([label, [row]]) => ({
      label,
      strategy: plainText(row.strategy),
      ...styleOf(label),
    })),
    settings: settingsOf(timed).map((setting) => ({
      ...setting,
      rows: setting.rows.map((row) => ({ ...row, runtime: nameOf(row) })),
    })),
    open: settingsOf(open),
  };
}

/** Whether a cell has a figure to draw: a time above 0 that was proven. */
export function hasFigure(cell: ChartCell): boolean {
  return cell.status === "ok" && cell.median_us !== null && cell.median_us > 0;
}

/** A label such as `channel:drain=each`, fit to be laid out. */
function seriesLabel(row: Pick<Summary, "strategy" | "params">): string {
  return plainText(labelOf(row));
}

/** Joined folders may contain one name with several versions; then the version is part of the name. */
function runtimeNames(rows: readonly Summary[]): (row: Summary) => string {
  const versions = new Map(
    [...Map.groupBy(rows, (row) => String(row.runtime))].map(([name, ofName]) => [
      name,
      new Set(ofName.map((row) => row.runtime_version)).size,
    ]),
  );
  return (row) =>
    plainText(
      versions.get(String(row.runtime))! > 1
        ? `${row.runtime} ${row.runtime_version}`
        : row.runtime,
    );
}

function chartCell(row: Summary, runtime: string, processes: ProcessFigure[]): ChartCell {
  const status = plainText(row.status);
  const proven = (value: number | null) => status === "ok" ? value : null;
  const isOpen = isOpenLoop(row);
  const timed = (value: number | null) => isOpen ? null : proven(value);
  return {
    runtime,
    label: seriesLabel(row),
    producers: row.producers!,
    messages: row.messages ?? 0,
    status,
    detail: row.detail === null ? null : plainText(row.detail),
    verify: row.verify === null ? null : plainText(row.verify),
    doubts: [...(row.floor === true ? [FIXED_COST] : []), ...marksOf(row)],
    oversubscribed: row.oversubscribed === true,
    median_us: timed(row.median_us),
    low_us: timed(row.low_us),
    high_us: timed(row.high_us),
    // A run without messages has no rate, rather than a rate of 0.
    messages_per_s: timed(row.messages_per_s) || null,
    share_of_socket_bulk: timed(row.share_of_socket_bulk),
    cpu_us_per_message: proven(row.cpu_us_per_message),
    rss_peak_bytes: proven(row.rss_peak_bytes),
    processes: processes.map((process) => ({
      ...process,
      session: plainText(process.session),
      status: plainText(process.status),
      detail: process.detail === null ? null : plainText(process.detail),
    })),
    ...(isOpen
      ? {
        open: {
          load: plainText(row.load),
          delivered_per_s: row.strategy === "empty" ? null : proven(deliveredPerS(row)),
          waits: status === "ok" ? waitFigures(row.strategy, row) : null,
        },
      }
      : {}),
  };
}
