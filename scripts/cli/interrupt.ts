/** Handles Ctrl-C and similar signals: the first ends the work in order, a second one ends the process immediately. */
import { EXIT } from "./command.ts";

export interface Interrupt {
  signal: AbortSignal;
  /** The exit code that the signal asks for, or null if none came. */
  exitCode(): number | null;
  dispose(): void;
}

/**
 * Within this time a second signal counts as the same Ctrl-C, which can arrive twice: from the terminal, and passed on
 * by npm.
 */
const SAME_SIGNAL_MS = 1_000;
/** How often to check whether npm, `deno task` or `bun run` is still there (ms). */
const LOOK_MS = 250;

/** Id of the process that passes signals on to this one; null if the command was started without npm or a task. */
const RUNNER = process.env.npm_config_user_agent === undefined ? null : process.ppid;

/** A runner that was killed by SIGKILL can pass nothing on, and nobody would know how to end what it has started. */
function endWithRunner(): void {
  if (RUNNER !== null && process.ppid !== RUNNER) process.exit(EXIT.terminated);
}

export function watchInterrupts(): Interrupt {
  endWithRunner();
  const controller = new AbortController();
  let code: number | null = null;
  let since = 0;
  const on = (signalCode: number) => () => {
    if (code !== null && performance.now() - since > SAME_SIGNAL_MS) process.exit(code);
    if (code !== null) return;
    code = signalCode;
    since = performance.now();
    controller.abort(new Error("interrupted"));
  };
  const onInt = on(EXIT.interrupted);
  const onTerm = on(EXIT.terminated);
  process.on("SIGINT", onInt);
  process.on("SIGTERM", onTerm);
  const look = setInterval(endWithRunner, LOOK_MS).unref();
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose() {
      clearInterval(look);
      process.off("SIGINT", onInt);
      process.off("SIGTERM", onTerm);
    },
  };
}
