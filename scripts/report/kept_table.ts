/**
 * A table of a page that is written row by row, so that what was found before an interruption stays, and so do other
 * rows.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { markdownTable } from "./table.ts";

export interface KeptTable {
  /** Name of the two comments between which the table is. */
  name: string;
  head: readonly string[];
  /** Columns of words, as in `TableData`. */
  words: readonly number[];
  /** The first two entries of every possible row, in their order; other rows are dropped. */
  known: readonly (readonly [string, string])[];
}

/**
 * @param row entries that are null keep what the page has there
 * @throws where the page has no place for the table
 */
export function keepRow(page: string, table: KeptTable, row: readonly (string | null)[]): void {
  const { name, head, words, known } = table;
  const text = readFileSync(page, "utf8");
  const place = new RegExp(`(<!-- ${name} -->\n)([^]*?)(<!-- /${name} -->)`);
  const [, , old] = place.exec(text) ?? [];
  if (old === undefined) throw new Error(`${page} has no place for "${name}"`);
  const linesOf = (rows: readonly (readonly string[])[]) => markdownTable({ head, words, rows });
  const before = old.split("\n").filter((line) => line.startsWith("|")).slice(2);
  const start = linesOf([[row[0]!, row[1]!]])[2].slice(0, -1);
  const entriesOf = (line: string | undefined) => line?.slice(2, -2).split(" | ");
  const earlier = entriesOf(before.findLast((line) => line.startsWith(start)));
  const [headLine, rule, told] = linesOf([row.map((entry) => entry ?? "")]);
  // What is kept is already text of the page, and must not be escaped again.
  const whole = entriesOf(told)!.map((entry, at) => row[at] === null ? earlier?.[at] ?? "" : entry);
  const line = `| ${whole.join(" | ")} |`;
  const kept = [...before, line];
  const sorted = linesOf(known).slice(2).flatMap((known) =>
    kept.findLast((line) => line.startsWith(known.slice(0, -1))) ?? []
  );
  const lines = [headLine, rule, ...sorted].join("\n");
  writeFileSync(page, text.replace(place, (_, from, _old, to) => `${from}\n${lines}\n\n${to}`));
}
