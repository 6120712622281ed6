/** Everything that a session prints on standard output at its end. */
import { count } from "../cli/units.js";
import { plainText, wrapped } from "../cli/plain_text.ts";
import { painter } from "../cli/paint.ts";
import type { Summary } from "../results/columns.ts";
import type { Published } from "./publish.ts";
import { terminalTable } from "./table.ts";
import { CAUTION } from "./verdicts.ts";

/** Width of a screen in characters. */
const WIDTH = 100;

export function printReport({ summary, conclusions, folder }: Published): void {
  const paint = painter(process.stdout);
  const print = (line = "") => process.stdout.write(line + "\n");
  for (const { title, rows, producers, table, dropped, notes, sentences } of conclusions) {
    print();
    print(paint("bold", versions(rows)) + ` (${title}, P = ${listOf(producers)})`);
    if (table !== null) print(terminalTable(table, paint));
    for (const note of notes) print(paint("dim", wrapped(note, WIDTH).join("\n")));
    print();
    if (dropped !== null) print(terminalTable(dropped, paint) + "\n");
    for (const sentence of sentences) print(wrapped(sentence, WIDTH).join("\n"));
  }
  const failed = conclusions.flatMap(({ failures }) => failures.failed);
  const skipped = conclusions.flatMap(({ failures }) => failures.skipped);
  if (failed.length + skipped.length > 0) print();
  for (const line of failed) print(line);
  if (skipped.length > 1) print(`${skipped.length} cells were skipped, the first of them:`);
  for (const line of skipped.slice(0, 1)) print(line);
  print();
  if (summary.some((row) => row.oversubscribed)) {
    print(
      "more threads than cores: Workers, consumer and listener share them (column oversubscribed)",
    );
  }
  print(CAUTION);
  print(`results: ${folder}; every P and every pair stand in its summary.md`);
}

/** The runtimes with their versions: `deno 2.9.5, bun 1.4.4`. */
function versions(rows: readonly Summary[]): string {
  return [
    ...new Set(
      rows.map(({ runtime, runtime_version }) => plainText(`${runtime} ${runtime_version}`)),
    ),
  ].join(", ");
}

/** A screen has no room for more than a few of them. */
const MOST_LISTED = 6;

/** A list such as `1 16 256`, or `1 to 8,192 (14)`. */
function listOf(producers: readonly number[]): string {
  const all = producers.map(count);
  return all.length <= MOST_LISTED ? all.join(" ") : `${all[0]} to ${all.at(-1)} (${all.length})`;
}
