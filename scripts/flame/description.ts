/** What a profile shows, and how to read it, in words. */
import type { RuntimeKind } from "../../bench/runtime.ts";
import type { ProfileOptions } from "./options.ts";
import { INTERVAL_US } from "./profiled_cell.ts";

export interface Description {
  /** Runtime and cell, without the strategy. */
  cell: string;
  /** What to know before reading, one line each. */
  notes: string[];
}

/** What the profilers of each runtime cannot show. */
const LIMITS: Record<RuntimeKind, string[]> = {
  node: [],
  deno: ["Deno's profiler does not tell the line of the source, so only files are named."],
  bun: [
    "Bun's profiler takes no sample while a thread waits in its event loop: shares are of the rest.",
  ],
};

export function describeProfile(
  { runtime, producers, workers, messages, messageBytes }: ProfileOptions,
): Description {
  const threads = Math.min(producers, workers);
  return {
    cell: `${runtime.kind} ${runtime.version}, ${counted(producers, "producer")} on ` +
      `${counted(threads, "Worker")}, ${counted(messages, "message")} of ` +
      `${counted(messageBytes, "byte")} each`,
    notes: [
      `Profiled, not a measurement: a sample every ${
        INTERVAL_US / 1_000
      } ms of whole runs after the warm-up.`,
      ...LIMITS[runtime.kind],
    ],
  };
}

/** `1 sample`, `2 samples` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
