/** How many connections a listener may hold, so that the system never runs out of file descriptors for it. */
import { readFileSync } from "node:fs";

/** More than any run needs; further idle strangers are dropped, the oldest first. */
const MOST = 512;
/** Descriptors that a runtime opens for itself. */
const OWN_FILES = 48;

/**
 * Without free descriptors, Deno accepts nothing more for as long as it runs, and Bun loops without end, so that point
 * must never be reached. Half of what is left stays free, because a dropped socket keeps its descriptor for a moment,
 * in which more are accepted. Where the system does not tell its limit (not Linux), the usual one is far above ours.
 */
export function connectionLimit(limits: string = readLimits()): number {
  const files = /^Max open files\s+(\d+)/m.exec(limits);
  return files === null
    ? MOST
    : Math.max(1, Math.min(MOST, Math.floor((Number(files[1]) - OWN_FILES) / 2)));
}

function readLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}
