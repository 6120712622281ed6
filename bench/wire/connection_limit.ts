/** How many connections a listener may hold, so that the system never runs out of file descriptors under it. */
import { readFileSync } from "node:fs";

/** More than any run needs; idle strangers beyond it are dropped, the oldest first. */
const MOST = 512;
/** What a runtime opens for itself. */
const OWN_FILES = 48;

/**
 * Out of descriptors Deno accepts nothing more for as long as it runs, and Bun turns in circles: so that point is never
 * reached. Half of what is left stays free: a socket that
 * is dropped keeps its descriptor for a moment, and more are accepted in that moment. Where the system does not tell its limit (not Linux), the usual one is far above ours.
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
