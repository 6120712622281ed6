/** The listener of a comparison: one process for all cells, or one that runs already. */
import { fileURLToPath } from "node:url";
import { type ListenerWatch, watchListener } from "./listener_watch.ts";
import { findRuntime, type Runtime } from "./runtimes.ts";
import { type ServerChild, startServerChild } from "./server_child.ts";

const SERVER = fileURLToPath(new URL("../../server.ts", import.meta.url));

export interface RunningListener extends Omit<ServerChild, "runtime">, ListenerWatch {
  /** Null of one that somebody else has started, or where there is none. */
  runtime: Runtime | null;
}

/** Start a listener on loopback and a free port, on the given CPUs or on any. @throws {UsageError} */
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
  // Told to end by somebody else it takes no run any more, but lives on until the last of its connections ends.
  const { gone, look } = watchListener(child.host, child.port);
  return { ...child, gone: AbortSignal.any([child.gone, gone]), look };
}

/** For `--sink none`: nobody listens. */
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
