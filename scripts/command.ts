/** How every command of the suite reads its options, ends, and complains: one line, never a stack trace. */
import { Command, CommanderError, InvalidArgumentError } from "commander";

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  regression: 3,
  interrupted: 130,
  terminated: 143,
} as const;

/** Something the person can mend: printed as one line. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A command in the suite's style: errors say where the help is. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      outputError: (message, write) =>
        write(`${name}: ${message.replace(/^error: /, "").trim().replaceAll("\n", " ")}\n`),
    })
    .showHelpAfterError(false);
}

/** Run a command's main function and turn whatever it throws into one line and an exit code. */
export async function runMain(name: string, main: () => Promise<number>): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure, and what was measured is on the disk.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      // Nobody can be told, so only the exit code says it.
      process.exitCode = EXIT.failed;
    });
  }
  try {
    const code = await main();
    if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = code;
  } catch (error) {
    process.exitCode = report(name, error);
  }
}

function report(name: string, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) {
    console.error(`${name}: ${error.message}`);
    return EXIT.usage;
  }
  const detail = error instanceof Error ? error.message : String(error);
  console.error(`${name}: ${detail.split("\n")[0]}`);
  if (process.env.FANIN_DEBUG) console.error(error);
  return EXIT.failed;
}

/** A whole number in a range, for commander's argument parsers. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll("_", "")) : NaN;
    if (!(value >= min && value <= max)) {
      const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
      throw new InvalidArgumentError(`Give a whole number, ${range}.`);
    }
    return value;
  };
}

/** A share such as 10%, in percent. */
export function percentage(text: string): number {
  const value = /^\d+(\.\d+)?\s*%?$/.test(text.trim()) ? Number.parseFloat(text) : NaN;
  if (!(value > 0)) throw new InvalidArgumentError("Give a percentage above 0, such as 10%.");
  return value;
}

/** A time such as 90s, 2m or 1h, in ms. */
export function timeSpan(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(s|m|h)$/.exec(text.trim());
  const value = match === null
    ? NaN
    : Number(match[1]) * { s: 1, m: 60, h: 3_600 }[match[2] as "s"];
  if (!(value > 0)) throw new InvalidArgumentError("Give a time such as 90s, 2m or 1h.");
  return value * 1_000;
}

/** Bytes, plain or with KiB, MiB or GiB behind the number. */
export function byteSize(min: number): (text: string) => number {
  return (text) => {
    const match = /^(\d+)\s*(|B|KiB|MiB|GiB)$/i.exec(text.trim());
    const power = ["", "kib", "mib", "gib"].indexOf(
      (match?.[2] ?? "").toLowerCase().replace(/^b$/, ""),
    );
    const value = match === null ? NaN : Number(match[1]) * 1024 ** power;
    if (!(value >= min)) {
      throw new InvalidArgumentError(`Give bytes, ${min} or more, such as 65536, 64KiB or 4MiB.`);
    }
    return value;
  };
}
