/**
 * Linux lets a sleep end up to 50 µs late, so that it can wake several threads at once. A new thread inherits this
 * limit from the thread that starts it, and the main thread can set its own through /proc.
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "/proc/self/timerslack_ns";
const SHORT_NS = "1000";

/** Calls `start`, whose threads are to sleep precisely. Changes nothing except on Linux. */
export async function withPreciseSleep<T>(start: () => Promise<T>): Promise<T> {
  const before = set(SHORT_NS);
  try {
    return await start();
  } finally {
    if (before !== null) set(before);
  }
}

/** Returns the limit that was set before; null where the system has none. */
function set(ns: string): string | null {
  try {
    const before = readFileSync(FILE, "utf8").trim();
    writeFileSync(FILE, ns);
    return before;
  } catch {
    return null;
  }
}
