/** Converts rows to CSV and back, typed by their columns. */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { UsageError } from "../cli/command.ts";
import { type Columns, namesOf, type Row } from "./columns.ts";

export function headerLine(columns: Columns): string {
  return stringify([namesOf(columns)]);
}

export function rowLine<C extends Columns>(columns: C, row: Row<C>): string {
  const values = row as Record<string, string | number | boolean | null>;
  // A child process may report any value, and text in a column of numbers would make the whole file unreadable.
  const fits = (name: string, kind: string) =>
    kind !== "number" || typeof values[name] === "number";
  return stringify([
    Object.entries(columns).map(([name, { kind }]) =>
      fits(name, kind) ? formatValue(values[name]) : ""
    ),
  ]);
}

/** The text of a whole file. */
export function tableText<C extends Columns>(columns: C, rows: readonly Row<C>[]): string {
  return headerLine(columns) + rows.map((row) => rowLine(columns, row)).join("");
}

/** An unknown value is empty. Twelve digits are more than any figure has. */
function formatValue(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    return Number.isFinite(value) ? String(Number(value.toPrecision(12))) : "";
  }
  // A row is one line, so line breaks in a text become blanks.
  return typeof value === "string" ? guarded(value.replaceAll(/[\r\n]+/g, " ")) : String(value);
}

/**
 * Puts a quote before text that a spreadsheet would run as a formula, as OWASP advises, since a dying process can write
 * anything to its standard error, which then becomes a cell. Text that already looks guarded gets one more quote, so
 * that reading returns what was written.
 */
function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function unguarded(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}

/** @throws {UsageError} if the text is not such a table */
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

/** The text without a last line that a kill has cut off. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}
