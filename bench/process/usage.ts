/** Memory of this process in bytes. */
import { readFileSync } from "node:fs";

/** Resident memory now. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

/**
 * The most resident memory that the process ever had. Linux tells it in VmHWM; `maxRSS` is inherited from the parent
 * through exec there, so it serves only where there is nothing better (macOS).
 */
export function peakResidentBytes(): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (match !== null) return Number(match[1]) * 1_024;
  } catch {
    // This is not Linux.
  }
  return process.resourceUsage().maxRSS * 1_024;
}
