/** A table between two marks of a page, written row by row: rows of earlier runs stay until they are replaced. */
import { readFileSync, writeFileSync } from "node:fs";

export interface KeptTable {
  /** Path of the page. */
  page: string;
  /** The marks are `<!-- name -->` and `<!-- /name -->`. */
  name: string;
  head: readonly string[];
  /** The first two columns of all rows that there can be, joined by a blank, in the order of the table. */
  order: readonly string[];
}

/** Written at once, so that what was found until an interruption stays. @throws where the page has no such marks */
export function writeRow({ page, name, head, order }: KeptTable, row: readonly string[]): void {
  const text = readFileSync(page, "utf8");
  const [, from, old, to] =
    new RegExp(`(<!-- ${name} -->\n)([^]*?)(<!-- /${name} -->)`).exec(text) ?? [];
  if (old === undefined) throw new Error(`${page} has no place for "${name}"`);
  const kept = old.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter((old) => row[0] !== old[0] || row[1] !== old[1]);
  const place = ([first, second]: readonly string[]) => order.indexOf(`${first} ${second}`);
  const rows = [...kept, row].sort((a, b) => place(a) - place(b));
  const table = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  writeFileSync(page, text.replace(from + old + to, () => `${from}\n${table.join("\n")}\n\n${to}`));
}
