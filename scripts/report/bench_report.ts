/** Everything that a run prints on standard output when it is over. */
import { plainText } from "../cli/plain_text.ts";
import { painter } from "../cli/paint.ts";
import type { Summary } from "../results/columns.ts";
import type { Published } from "./publish.ts";
import { terminalTable } from "./table.ts";
import { CAUTION } from "./verdicts.ts";

export function printReport({ summary, conclusions, folder }: Published): void {
  const paint = painter(process.stdout);
  const print = (line = "") => process.stdout.write(line + "\n");
  for (const { title, rows, producers, table, dropped, notes, sentences } of conclusions) {
    print();
    print(paint("bold", versions(rows)) + ` (${title}, P = ${listOf(producers)})`);
    if (table !== null) print(terminalTable(table, paint));
    for (const note of notes) print(paint("dim", wrapped(note)));
    print();
    if (dropped !== null) print(terminalTable(dropped, paint) + "\n");
    for (const sentence of sentences) print(wrapped(sentence));
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

/** Columns of a screen. */
const WIDTH = 100;

/** No word cut in two by a terminal that is as wide as that. */
function wrapped(sentence: string): string {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

/** `deno 2.9.5, bun 1.4.4`. */
function versions(rows: readonly Summary[]): string {
  return [
    ...new Set(
      rows.map(({ runtime, runtime_version }) => plainText(`${runtime} ${runtime_version}`)),
    ),
  ].join(", ");
}

/** A screen has no room for more than a few of them. */
const MOST_LISTED = 6;

/** `1 16 256`, or `1 to 8,192 (14)`. */
function listOf(producers: readonly number[]): string {
  const all = producers.map((count) => count.toLocaleString("en-US"));
  return all.length <= MOST_LISTED ? all.join(" ") : `${all[0]} to ${all.at(-1)} (${all.length})`;
}
