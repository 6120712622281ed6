/**
 * The processes of one trial, which are distinguished from all others of the machine by a mark in their environment.
 * Reads /proc, so it needs Linux.
 */
import { readdirSync, readFileSync } from "node:fs";

/** The variable that all processes of a trial inherit. Each trial has its own value. */
export const MARK = "FANIN_TRIAL";

export type Role = "launcher" | "cell" | "listener";

const PROGRAM: Record<Role, string> = {
  launcher: "scripts/start.mjs",
  cell: "cell.ts",
  listener: "server.ts",
};

export interface Marked {
  pid: number;
  /** When it was started, in ticks of the system's clock. */
  startedAt: number;
  /** Its arguments, starting with the program. */
  args: string[];
}

/**
 * Processes that run or are stopped, the oldest first; those that are dead but not yet collected are not included.
 */
export function markedProcesses(mark: string): Marked[] {
  const wanted = `${MARK}=${mark}`;
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const environ = readFileSync(`/proc/${name}/environ`, "latin1").split("\0");
      if (!environ.includes(wanted)) return [];
      const args = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").slice(0, -1);
      // The second field is a name that may contain anything; after it comes the third.
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      return [{ pid: Number(name), startedAt: Number(fields[22 - 3]), args }];
    } catch {
      // The process has ended meanwhile, or belongs to another user.
      return [];
    }
  }).sort((one, other) => one.startedAt - other.startedAt || one.pid - other.pid);
}

/**
 * The youngest process of a role, or null if there is none now. Of launchers it is the oldest: until a child that a
 * launcher starts runs its own program, it looks like a second launcher.
 */
export function processOf(mark: string, role: Role): Marked | null {
  // A shell that has not yet become the launcher has all of this in one argument.
  const found = markedProcesses(mark).filter(({ args }) =>
    args.some((arg) => !arg.includes(" ") && arg.endsWith(PROGRAM[role]))
  );
  return found.at(role === "launcher" ? 0 : -1) ?? null;
}

/** Returns false if there is no such process any more. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

export async function waitFor<T>(
  look: () => T | null,
  isOver: () => boolean,
): Promise<T | null> {
  while (!isOver()) {
    const found = look();
    if (found !== null) return found;
    await sleep(10);
  }
  return null;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
