/**
 * How every command of the suite reads its options, ends, and reports errors: in one line, never with a stack trace.
 */
import { Command, CommanderError } from "commander";
import { printable } from "../../bench/wire/printable.ts";

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  regression: 3,
  undecided: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/** An error that the person can correct; printed as one line. */
export class UsageError extends Error {
  override name = "UsageError";

  /** @param message may quote text that somebody else has written */
  constructor(message: string) {
    super(printable(message));
  }
}

/** Refuses the command line for the first reason that applies. @param reasons false where a reason does not apply */
export function refuse(...reasons: readonly (string | false)[]): void {
  const reason = reasons.find((reason) => reason !== false);
  if (reason !== undefined) throw new UsageError(reason);
}

/** Creates a command in the suite's style, whose errors are one line. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .allowExcessArguments(false)
    .exitOverride((error) => {
      const refusal = refusalOf(error.message);
      throw refusal === null ? error : new UsageError(refusal);
    })
    .configureOutput({
      outputError: (message, write) => {
        if (refusalOf(message) !== null) return;
        write(
          `${name}: ${printable(message.replace(/^error: /, "").trim().replaceAll("\n", " "))}\n`,
        );
      },
    })
    .showHelpAfterError(false);
}

/**
 * Rewrites the error for a value that an option does not take to `--workers 0: give whole numbers …`; null for any
 * other message.
 */
function refusalOf(message: string): string | null {
  const match = /option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (.*)/s.exec(
    message,
  );
  if (match === null) return null;
  const [, option, value, advice] = match;
  const hint = advice.trim().replace(/\.$/, "");
  return printable(`${option} ${value}: ${hint[0].toLowerCase()}${hint.slice(1)}`);
}

/** Runs a command's main function, and turns whatever it throws into one line and an exit code. */
export async function runMain(name: string, main: () => Promise<number>): Promise<void> {
  // A reader that stops reading early (`| head`) is no failure, and what was measured is on the disk.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      // Nothing can be printed any more, so only the exit code says it.
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
