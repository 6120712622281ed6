/** A listener that somebody else has started: whether it answers, and whether it still does later. */
import { socketRuns } from "../../bench/wire/socket_sink.ts";
import { UsageError } from "../cli/command.ts";
import type { RunCell } from "./cell_process.ts";
import type { RunningListener } from "./listener_process.ts";
import { NOTHING, watchListener } from "./listener_watch.ts";

/** Makes sure that a listener of this suite answers there. @throws {UsageError} */
export async function joinListener(host: string, port: number): Promise<RunningListener> {
  try {
    const run = await socketRuns(host, port)(NOTHING, () => {});
    await run.finish();
    await run.verdict();
  } catch (error) {
    throw new UsageError(`--listener ${host}:${port}: ${(error as Error).message}`);
  }
  return {
    host,
    port,
    runtime: null,
    ...watchListener(host, port),
    stop: () => Promise.resolve(),
  };
}

/**
 * Checks the listener after every process that failed, so that the listener's death is not taken for a failure of the
 * cell.
 */
export function lookingAt({ look }: RunningListener, runCell: RunCell): RunCell {
  return async (runtime, spec, limits) => {
    const outcome = await runCell(runtime, spec, limits);
    const { end, events } = outcome;
    const hasFailed = end !== "done" || events.some(({ type }) => type === "failed");
    if (hasFailed && !limits.signal.aborted) await look();
    return outcome;
  };
}
