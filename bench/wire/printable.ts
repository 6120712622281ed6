/** Makes text that somebody else wrote safe to print and to keep in a table. */

/**
 * What a terminal might act on or hide: control characters, line separators, marks that change the direction of
 * writing.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\ufffd]/gu;

/** One line without anything that acts on a terminal; "?" stands for each character that was taken out. */
export function printable(text: string, maxLength = 4_096): string {
  return text.slice(0, maxLength).replaceAll(UNSAFE, "?");
}
