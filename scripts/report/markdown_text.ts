/** Escapes text so that Markdown shows it and does nothing else, on GitHub and in any CommonMark reader. */

/** An invisible character (word joiner), at which a line cannot break and a link ends. */
const JOINER = "\u2060";

/**
 * One line of text. Parentheses stay, since no link begins without a bracket. Every ASCII punctuation mark may be
 * escaped (CommonMark, 2.4). Mentions, issue numbers and bare addresses are not syntax but are found in the finished
 * page, so an escape does not stop them; a joiner does.
 */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replace(/[\\`*_{}[\]#+!|~]/g, "\\$&")
    // At the beginning of a line these would make a list or a heading.
    .replace(/^(?=[-=])/, "\\").replace(/^(\d+)(?=\.\s)/, "$1\\")
    .replace(/@|#|:(?=\/\/)|(?<=www)\./gi, `$&${JOINER}`);
}

/** A block of code that its text cannot end. */
export function fenced(text: string, language: string): string[] {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return [fence + language, text, fence];
}
