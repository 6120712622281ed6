/** Makes text that somebody else wrote (CSV, environment.json) safe to lay out; escaping is left to each writer. */

/** The longest text that a page or table shows, in characters; an error's message can be much longer. */
const LONGEST = 400;

/**
 * Control characters, which XML forbids, marks that change the direction of the text after them, and halves of a
 * surrogate pair. They are built from their numbers because a linter, rightly, rejects such characters in a pattern.
 */
const UNFIT = new RegExp(
  `[${
    [[0x00, 0x1f], [0x7f, 0x9f], [0x200e, 0x200f], [0x2028, 0x202e], [0x2066, 0x2069], [
      0xfffe,
      0xffff,
    ]]
      .map((range) => range.map((code) => String.fromCharCode(code)).join("-")).join("")
  }]+`,
  "g",
);

/** One line of printable text; "?" if there is none. */
export function plainText(value: unknown): string {
  const text = String(value ?? "").slice(0, LONGEST * 2).toWellFormed().replace(UNFIT, " ").trim();
  if (text === "") return "?";
  return text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text;
}

/** The same text in at most `length` characters. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).toWellFormed()}…` : text;
}

/** Lines of at most `width` characters, broken between words. A longer word gets a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const [first, ...others] = text.split(" ");
  const lines = [first];
  for (const word of others) {
    if (lines.at(-1)!.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] += ` ${word}`;
  }
  return lines;
}
