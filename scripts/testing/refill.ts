/**
 * Gives committed results the columns that this version writes: rewrites the files of rows, in which a new column is
 * empty and a removed one is left out, and puts the number of the schema into the environment. `npm run summarize` then
 * makes everything else from them.
 *
 *     npx node scripts/testing/refill.ts results/reference …
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import {
  BACKLOG_COLUMNS,
  type Columns,
  namesOf,
  SAMPLE_COLUMNS,
  SCHEMA,
} from "../results/columns.ts";
import { parseRows, tableText } from "../results/csv.ts";

const FILES: Record<string, Columns> = {
  "samples.csv": SAMPLE_COLUMNS,
  "backlog.csv": BACKLOG_COLUMNS,
};

/** @returns the table with these columns */
export function refilled(columns: Columns, text: string, name: string): string {
  const [head, ...lines]: string[][] = parse(text);
  const added = namesOf(columns).filter((column) => !head.includes(column));
  const quoted = [[...head, ...added], ...lines.map((line) => [...line, ...added.map(() => "")])]
    .map((line) => line.map((entry) => `"${entry.replaceAll('"', '""')}"`).join(",") + "\n");
  const rows = parseRows(columns, quoted.join(""), name);
  return tableText(
    columns,
    rows.map((row) => "schema" in columns ? { ...row, schema: SCHEMA } : row),
  );
}

/** @param text content of `environment.json`: one session, or a list of several that were joined */
export function refilledEnvironment(text: string): string {
  const environment = JSON.parse(text);
  const raised = (session: object) => ({ ...session, schema: SCHEMA });
  const whole = Array.isArray(environment) ? environment.map(raised) : raised(environment);
  return JSON.stringify(whole, null, 2) + "\n";
}

if (import.meta.main) {
  const folders = process.argv.slice(2);
  for (const folder of folders.filter((path) => existsSync(join(path, "environment.json")))) {
    for (const [name, columns] of Object.entries(FILES)) {
      const file = join(folder, name);
      if (!existsSync(file)) continue;
      writeFileSync(file, refilled(columns, readFileSync(file, "utf8"), file));
    }
    const file = join(folder, "environment.json");
    writeFileSync(file, refilledEnvironment(readFileSync(file, "utf8")));
  }
}
