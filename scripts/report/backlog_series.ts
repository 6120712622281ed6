/** Which series of backlog.csv a picture of a setting shows: those at its largest P, of cells that have figures. */
import { isControl } from "../../bench/subjects/controls.ts";
import { plainText } from "../cli/plain_text.ts";
import { backlogKey } from "../results/backlog_file.ts";
import type { BacklogRow, Summary } from "../results/columns.ts";
import { labelOf } from "../results/labels.ts";
import { readingOf } from "../results/load.ts";
import { titleOfRow } from "./chart_svg.ts";
import type { Conclusion } from "./conclusions.ts";

/** One moment of a run. */
export interface Moment {
  ms: number;
  waitingBytes: number;
  held: number;
  /** Of the runtime's process; null where it was not measured. */
  residentBytes: number | null;
}

export interface BacklogLine {
  label: string;
  moments: Moment[];
}

export interface BacklogPanel {
  title: string;
  /** In the order of their peaks, the largest first. */
  lines: BacklogLine[];
  /** Cells that have no line, such as `async-lock (lost)`. */
  missing: string[];
}

export interface BacklogSetting {
  title: string;
  /** Any row of the setting. */
  row: Summary;
  producers: number;
  panels: BacklogPanel[];
}

/** The settings in which some cell has a line. */
export function backlogSettings(
  conclusions: readonly Conclusion[],
  rows: readonly BacklogRow[],
): BacklogSetting[] {
  const series = Map.groupBy(rows, backlogKey);
  return conclusions.flatMap((conclusion) => {
    const slow = conclusion.rows.filter((row) =>
      readingOf(row.load) !== null && !isControl(row.strategy!)
    );
    const drawn = slow.filter((row) => lineOf(row, series) !== null);
    if (drawn.length === 0) return [];
    const producers = Math.max(...drawn.map((row) => row.producers!));
    const largest = slow.filter((row) => row.producers === producers);
    const panels = Map.groupBy(largest, titleOfRow);
    return [{
      title: conclusion.title,
      row: drawn[0],
      producers,
      panels: [...panels].map(([title, own]) => ({ title, ...panelOf(own, series) })),
    }];
  });
}

type Series = ReadonlyMap<string, readonly BacklogRow[]>;

function panelOf(rows: readonly Summary[], series: Series): Omit<BacklogPanel, "title"> {
  const peak = ({ moments }: BacklogLine) =>
    Math.max(...moments.map(({ waitingBytes }) => waitingBytes));
  const without = rows.filter((row) => lineOf(row, series) === null);
  return {
    lines: rows.flatMap((row) => lineOf(row, series) ?? []).sort((a, b) => peak(b) - peak(a)),
    missing: without.map((row) => {
      const why = row.status === "ok" ? "no series" : plainText(row.status);
      return `${plainText(labelOf(row))} (${why})`;
    }),
  };
}

/** Null where a cell has no figure, or its series was never written. */
function lineOf(row: Summary, series: Series): BacklogLine | null {
  if (row.status !== "ok") return null;
  const label = labelOf(row);
  const moments = (series.get(backlogKey({ ...row, label })) ?? []).flatMap((row) => {
    const { ms, waiting_bytes, held_messages, resident_bytes } = row;
    if (!isCount(ms) || !isCount(waiting_bytes) || !isCount(held_messages)) return [];
    const residentBytes = isCount(resident_bytes) ? resident_bytes : null;
    return [{ ms, waitingBytes: waiting_bytes, held: held_messages, residentBytes }];
  });
  return moments.length === 0 ? null : { label: plainText(label), moments };
}

/** Whether a value from a file is a number from 0 on, which has a place in a picture. */
function isCount(value: number | null): value is number {
  return value !== null && value >= 0 && value < Infinity;
}
