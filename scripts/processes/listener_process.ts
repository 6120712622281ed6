/** The listener of a comparison: one process for all cells, either started here or already running. */
import { fileURLToPath } from "node:url";
import { type ListenerWatch, watchListener } from "./listener_watch.ts";
import { findRuntime, type Runtime } from "./runtimes.ts";
import { type ServerChild, startServerChild } from "./server_child.ts";

const SERVER = fileURLToPath(new URL("../../server.ts", import.meta.url));

export interface RunningListener extends Omit<ServerChild, "runtime">, ListenerWatch {
  /** Null if somebody else has started it, or if there is none. */
  runtime: Runtime | null;
}

/** Starts a listener on loopback and a free port, on the given CPUs; null: on any. @throws {UsageError} */
export async function startListenerProcess(
  item: string,
  storeBytes: number,
  cpus: readonly number[] | null = null,
): Promise<RunningListener> {
  const child = await startServerChild(findRuntime(item), {
    name: "the listener",
    path: SERVER,
    args: ["--port", "0", "--store", String(storeBytes), "--exit-with-stdin"],
    ready: /^listening on (\S+):(\d+) /m,
    stream: "stdout",
    other: "inherit",
    cpus,
  });
  // A listener that somebody else tells to end takes no further run, but lives until its last connection closes.
  const { gone, look } = watchListener(child.host, child.port);
  return { ...child, gone: AbortSignal.any([child.gone, gone]), look };
}

/** For `--sink none`, where nothing listens. */
export function noListener(): RunningListener {
  return {
    host: "",
    port: 0,
    runtime: null,
    gone: new AbortController().signal,
    look: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
