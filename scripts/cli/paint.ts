/** Colours text for a terminal, and for nothing else. */
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Respects NO_COLOR. Checks `isTTY`, because Deno's `hasColors()` returns true for a pipe, too. */
export function painter(stream: { isTTY?: boolean }): (format: Format, text: string) => string {
  const colour = stream.isTTY === true && !process.env.NO_COLOR;
  return (format, text) => colour ? styleText(format, text, { validateStream: false }) : text;
}
