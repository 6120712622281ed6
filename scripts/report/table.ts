/** A table as data, and its two forms: for a terminal, and as Markdown. */
import Table from "cli-table3";
import { plainText } from "../cli/plain_text.ts";
import { escaped } from "./markdown_text.ts";

export type Tone = "bold" | "dim" | "red" | "green" | "yellow";
export type Paint = (tone: Tone, text: string) => string;
/** One entry; a tone shows in a terminal only. */
export type Entry = string | { text: string; tone: Tone };

export interface TableData {
  head: readonly string[];
  /** Indices of the columns with words, which are aligned left; all others are numbers and aligned right. */
  words: readonly number[];
  rows: readonly (readonly Entry[])[];
}

const EDGES = ["top", "bottom", "left", "right", "mid"] as const;
const NO_LINES = Object.fromEntries(
  EDGES.flatMap((edge) => [edge, `${edge}-mid`, `${edge}-left`, `${edge}-right`])
    .map((name) => [name, ""]),
);

/** Without lines; every column is two blanks from the next. */
export function terminalTable({ head, words, rows }: TableData, paint: Paint): string {
  const table = new Table({
    head: head.map((word) => paint("bold", textOf(word))),
    colAligns: head.map((_, at) => (words.includes(at) ? "left" : "right")),
    style: { head: [], border: [], "padding-left": 1, "padding-right": 1, compact: true },
    chars: { ...NO_LINES, middle: " " },
  });
  const painted = (entry: Entry) =>
    typeof entry === "string" ? textOf(entry) : paint(entry.tone, textOf(entry));
  for (const row of rows) table.push(row.map(painted));
  return table.toString();
}

/**
 * In the form that GitHub and CommonMark with tables read, one line per row; whatever a file contains is shown and does
 * nothing else.
 */
export function markdownTable({ head, words, rows }: TableData): string[] {
  const shown = (entry: Entry) => escaped(textOf(entry));
  const line = (entries: readonly Entry[]) => `| ${entries.map(shown).join(" | ")} |`;
  return [
    line(head),
    `| ${head.map((_, at) => words.includes(at) ? "---" : "---:").join(" | ")} |`,
    ...rows.map(line),
  ];
}

/** Whatever a file contains is shown and does nothing else. */
export function textOf(entry: Entry): string {
  const text = typeof entry === "string" ? entry : entry.text;
  return text === "" ? "" : plainText(text);
}
