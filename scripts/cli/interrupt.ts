/** Ctrl-C and its relatives: the first ends the work in order, a second one at once. */
import { EXIT } from "./command.ts";

export interface Interrupt {
  signal: AbortSignal;
  /** The exit code that the signal asks for, or null where none came. */
  exitCode(): number | null;
  dispose(): void;
}

/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 1_000;

export function watchInterrupts(): Interrupt {
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
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose() {
      process.off("SIGINT", onInt);
      process.off("SIGTERM", onTerm);
    },
  };
}
