/** Ctrl-C and its relatives: the first ends the work in order, the second at once. */
import { EXIT } from "../command.ts";

export interface Interrupt {
  signal: AbortSignal;
  /** The exit code that the signal asks for, or null where none came. */
  exitCode(): number | null;
  dispose(): void;
}

export function watchInterrupts(): Interrupt {
  const controller = new AbortController();
  let code: number | null = null;
  const on = (signalCode: number) => () => {
    if (code !== null) process.exit(code);
    code = signalCode;
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
