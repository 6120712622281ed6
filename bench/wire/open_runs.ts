/** Opens a cell's runs where it asks for them: over a socket to the listener, or in this process. */
import { memoryRuns } from "./memory_sink.ts";
import type { OpenRun } from "./sink.ts";
import { socketRuns } from "./socket_sink.ts";
import type { CellSpec } from "../process/spec.ts";

export function openRuns({ listener, storeBytes }: CellSpec): OpenRun {
  return listener === null ? memoryRuns(storeBytes) : socketRuns(listener.host, listener.port);
}
