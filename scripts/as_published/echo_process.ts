/** Starts the post's listener in a process of its own, with the suite's beside it. */
import { fileURLToPath } from "node:url";
import { startListenerProcess } from "../processes/listener_process.ts";
import { findRuntime, type Runtime } from "../processes/runtimes.ts";
import { type ServerChild, startServerChild } from "../processes/server_child.ts";

const ECHO = fileURLToPath(new URL("../../bench/as_published/echo_listener.ts", import.meta.url));

/** Starts it on loopback and a free port. */
export function startEchoProcess(runtime: Runtime): Promise<ServerChild> {
  return startServerChild(runtime, {
    name: "the published listener",
    path: ECHO,
    args: [],
    ready: /^echo on (\S+):(\d+)$/m,
    stream: "stderr",
    // The system throws its output away, since reading it here would take CPU time from what is measured.
    other: "ignore",
  });
}

export interface BothListeners {
  /** The suite's listener, which verifies. */
  verifying: { host: string; port: number };
  /** The post's listener, which prints and echoes. */
  echoing: { host: string; port: number };
  /** Aborts when either has died. */
  gone: AbortSignal;
  stop(): Promise<void>;
}

/** @throws {UsageError} for a runtime that was not found */
export async function startBothListeners(item: string, storeBytes: number): Promise<BothListeners> {
  const verifying = await startListenerProcess(item, storeBytes);
  try {
    const echoing = await startEchoProcess(findRuntime(item));
    const stop = async () => {
      await Promise.all([verifying.stop(), echoing.stop()]);
    };
    return { verifying, echoing, gone: AbortSignal.any([verifying.gone, echoing.gone]), stop };
  } catch (error) {
    await verifying.stop();
    throw error;
  }
}
