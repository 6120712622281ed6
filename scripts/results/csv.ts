/** Rows to CSV and back, typed by their columns. */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { UsageError } from "../cli/command.ts";
import { type Columns, namesOf, type Row } from "./columns.ts";

export function headerLine(columns: Columns): string {
  return stringify([namesOf(columns)]);
}

export function rowLine<C extends Columns>(columns: C, row: Row<C>): string {
  const values = row as Record<string, string | number | boolean | null>;
  // A child may say anything, and a text in a column of numbers would make the whole file unreadable.
  const fits = (name: string, kind: string) =>
    kind !== "number" || typeof values[name] === "number";
  return stringify([
    Object.entries(columns).map(([name, { kind }]) =>
      fits(name, kind) ? formatValue(values[name]) : ""
    ),
  ]);
}

/** A whole file. */
export function tableText<C extends Columns>(columns: C, rows: readonly Row<C>[]): string {
  return headerLine(columns) + rows.map((row) => rowLine(columns, row)).join("");
}

/** Empty = unknown. Micro-units are precise enough at a thousandth. */
function formatValue(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    return Number.isFinite(value) ? String(Number(value.toPrecision(12))) : "";
  }
  // A row is a line: what a process said on several is kept on one.
  return typeof value === "string" ? guarded(value.replaceAll(/[\r\n]+/g, " ")) : String(value);
}

/**
 * What a spreadsheet would run as a formula gets a quote before it, as OWASP advises: a process that dies says
 * what it likes on its standard error, and that becomes a cell. A text that looks guarded gets one more, so that
 * reading gives back what was written.
 */
function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function unguarded(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}

/** @throws {UsageError} where the text is not such a table */
export function parseRows<C extends Columns>(columns: C, text: string, name: string): Row<C>[] {
  let records: Record<string, string>[];
  try {
    records = parse(text, { columns: true, skip_empty_lines: true });
  } catch (error) {
    throw new UsageError(`${name} is not readable as CSV: ${(error as Error).message}`);
  }
  const missing = namesOf(columns).find((own) => records.length > 0 && !(own in records[0]));
  if (missing !== undefined) {
    throw new UsageError(`${name} has no column "${missing}"; was it written by another version?`);
  }
  return records.map((record) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, { kind }]) => [name, parseValue(record[name], kind)]),
    ) as Row<C>
  );
}

function parseValue(
  text: string,
  kind: "text" | "number" | "flag",
): string | number | boolean | null {
  if (text === "") return null;
  return kind === "number" ? Number(text) : kind === "flag" ? text === "true" : unguarded(text);
}

/** Without the line that a kill may have left half of. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}
