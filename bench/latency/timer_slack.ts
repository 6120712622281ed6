/**
 * Linux lets a sleep end up to 50 µs late, so that it can wake several threads at once. A thread that is started takes
 * over how late that may be from the one that starts it, and /proc lets the main thread say it.
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "/proc/self/timerslack_ns";
const SHORT_NS = "1000";

/** Perform `start`, whose threads are to sleep precisely. Elsewhere than on Linux nothing changes. */
export async function withPreciseSleep<T>(start: () => Promise<T>): Promise<T> {
  const before = set(SHORT_NS);
  try {
    return await start();
  } finally {
    if (before !== null) set(before);
  }
}

/** What it was; null where the system has no such thing. */
function set(ns: string): string | null {
  try {
    const before = readFileSync(FILE, "utf8").trim();
    writeFileSync(FILE, ns);
    return before;
  } catch {
    return null;
  }
}
