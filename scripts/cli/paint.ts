/** Colour for a terminal, and only there. */
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** NO_COLOR is obeyed. `isTTY` is asked because Deno's `hasColors()` says yes in a pipe, too. */
export function painter(stream: { isTTY?: boolean }): (format: Format, text: string) => string {
  const colour = stream.isTTY === true && !process.env.NO_COLOR;
  return (format, text) => colour ? styleText(format, text, { validateStream: false }) : text;
}
