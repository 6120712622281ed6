/**
 * `backlog.csv`: what piled up where, over the time of one run, while a listener read slowly. Each cell has one series,
 * that of its first verified run; a chart needs no more, and the totals of every run are in samples.csv.
 */
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BACKLOG_POINTS } from "../../bench/latency/backlog.ts";
import type { RunReport } from "../../bench/process/spec.ts";
import { identityOf } from "./cell_key.ts";
import { BACKLOG_COLUMNS, type BacklogRow } from "./columns.ts";
import { headerLine, parseRows, rowLine, tableText, wholeLines } from "./csv.ts";
import type { Cell } from "./plan.ts";
import { replaceFile } from "./replace_file.ts";

export const BACKLOG_FILE = "backlog.csv";
const MEMORY = "resident_bytes";

export class BacklogFile {
  readonly #path: string;
  /** Keys of the cells that have their series. */
  readonly #kept = new Set<string>();

  /**
   * Creates nothing before the first series, so that only folders with a backlog have this file. Cuts off what a kill
   * left incomplete.
   * @throws {UsageError} if there is a file that is no such table
   */
  constructor(folderPath: string) {
    this.#path = join(folderPath, BACKLOG_FILE);
    if (!existsSync(this.#path)) return;
    const before = readFileSync(this.#path, "utf8");
    const rows = parsed(before, this.#path);
    const whole = rows.slice(0, rows.length - tornRows(rows));
    for (const row of whole) this.#kept.add(backlogKey(row));
    const text = textOf(whole);
    if (text !== before) replaceFile(this.#path, text);
  }

  /** @param runs verified runs of one process of the cell, in their order */
  keep(cell: Cell, runs: readonly RunReport[]): void {
    const series = runs[0]?.waits?.backlog?.series;
    if (series === undefined || (cell.load?.reading ?? null) === null) return;
    const place = identityOf(cell);
    if (this.#kept.has(backlogKey(place))) return;
    this.#kept.add(backlogKey(place));
    const rows = series.map(({ ms, waitingBytes, unreadBytes, held, residentBytes = null }) =>
      rowLine(BACKLOG_COLUMNS, {
        ...place,
        ms: Number(ms.toFixed(3)),
        waiting_bytes: waitingBytes,
        unread_bytes: unreadBytes,
        held_messages: held,
        resident_bytes: residentBytes,
      })
    );
    const isEmpty = !existsSync(this.#path) || statSync(this.#path).size === 0;
    appendFileSync(this.#path, (isEmpty ? headerLine(BACKLOG_COLUMNS) : "") + rows.join(""));
  }
}

/**
 * The series of a folder, of which the last may be incomplete; empty if the folder has no such file. @throws
 * {UsageError}
 */
export function readBacklog(folderPath: string): BacklogRow[] {
  const path = join(folderPath, BACKLOG_FILE);
  return existsSync(path) ? parsed(readFileSync(path, "utf8"), path) : [];
}

/** Parses whole lines, also those of a file that was written before memory was recorded. */
function parsed(text: string, path: string): BacklogRow[] {
  const whole = wholeLines(text);
  if (whole.split("\n", 1)[0].includes(MEMORY)) return parseRows(BACKLOG_COLUMNS, whole, path);
  const { [MEMORY]: _memory, ...columns } = BACKLOG_COLUMNS;
  return parseRows(columns, whole, path).map((row) => ({ ...row, [MEMORY]: null }));
}

function textOf(rows: readonly BacklogRow[]): string {
  return rows.length === 0 ? "" : tableText(BACKLOG_COLUMNS, rows);
}

/**
 * Joins the series of several folders in one. If several have the same cell, the first is kept, since a folder has one
 * series per cell.
 * @throws {UsageError}
 */
export function joinBacklogs(sources: readonly string[], target: string): void {
  const kept = new Set<string>();
  const rows = sources.flatMap((source) => {
    const own = Map.groupBy(readBacklog(source), backlogKey);
    const fresh = [...own].filter(([key]) => !kept.has(key));
    for (const [key] of fresh) kept.add(key);
    return fresh.flatMap(([, series]) => series);
  });
  if (rows.length === 0) return;
  writeFileSync(join(target, BACKLOG_FILE), textOf(rows));
}

/** The same string for rows of one series. */
export function backlogKey(row: Omit<BacklogRow, Measured>): string {
  const { runtime, label, producers, workers, message_bytes, load } = row;
  return JSON.stringify([runtime, label, producers, workers, message_bytes, load]);
}

type Measured = "ms" | "waiting_bytes" | "unread_bytes" | "held_messages" | typeof MEMORY;

/**
 * How many rows at the end belong to a series that was not written completely; a later run of the cell then gives it
 * another.
 */
function tornRows(rows: readonly BacklogRow[]): number {
  const last = rows.at(-1);
  if (last === undefined) return 0;
  const before = rows.findLastIndex((row) => backlogKey(row) !== backlogKey(last));
  const count = rows.length - 1 - before;
  return count < BACKLOG_POINTS ? count : 0;
}
