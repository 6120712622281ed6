/** Text that somebody else wrote, made safe to print and to keep in a table. */

/** What a terminal may act on or hide: control characters, separators of lines, marks that change the direction. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\ufffd]/gu;

/** One line in which nothing acts on a terminal; what was taken out shows as "?". */
export function printable(text: string, maxLength = 4_096): string {
  return text.slice(0, maxLength).replaceAll(UNSAFE, "?");
}
