/** One writer per folder: while a process writes to a folder, a file there names that process. */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../cli/command.ts";
import { fileText } from "../processes/file_text.ts";

/** The name of that file. */
export const LOCK = "lock";
/** Creating a lock and writing its content takes no longer than this (ms). */
const TORN_AFTER_MS = 10_000;

/**
 * Keeps other processes from writing to a folder. A lock whose process is gone is taken over. The returned function
 * releases the folder; so does the end of the process, unless it is killed by SIGKILL.
 * @throws {UsageError} if another process holds it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, LOCK);
  if (!create(path, folder)) takeOver(path, folder);
  const release = () => {
    process.off("exit", release);
    rmSync(path, { force: true });
  };
  // A second Ctrl-C ends the process immediately, which must release the folder, too.
  process.on("exit", release);
  return release;
}

/** Returns false if there is a lock already. */
function create(path: string, folder: string): boolean {
  try {
    writeFileSync(path, `${process.pid} ${startOf(process.pid)}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // A full disk may take the name but not the content, and an empty lock would keep everybody out.
    rmSync(path, { force: true });
    // Deno does not have a code for every error of the system.
    throw new UsageError(`cannot write to ${folder} (${code ?? message})`);
  }
}

/** Two processes that find the same dead lock must not both get it, so they take turns at replacing it. */
function takeOver(path: string, folder: string): void {
  const turn = `${path}.turn`;
  const held = (by: string, file: string) =>
    new UsageError(`${folder} is being written by ${by}; wait for its end, or delete ${file}`);
  if (!create(turn, folder)) throw held("another process", turn);
  try {
    const holder = holderOf(path);
    if (holder !== null) throw held(holder, path);
    rmSync(path, { force: true });
    if (!create(path, folder)) throw held("another process", path);
  } finally {
    rmSync(turn, { force: true });
  }
}

/** The living process that a lock names; null if there is none any more. */
function holderOf(path: string): string | null {
  const text = fileText(path);
  if (text === null) return null;
  const match = /^([1-9]\d{0,9}) (\d*)\n$/.exec(text);
  if (match === null) return isTorn(path, text) ? null : "an unknown process";
  const [, pid, start] = match;
  return isAlive(Number(pid)) && startOf(Number(pid)) === start ? `process ${pid}` : null;
}

/** Whether the lock was left by a process that died before it had written its id. */
function isTorn(path: string, text: string): boolean {
  if (text.endsWith("\n")) return false;
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return age > TORN_AFTER_MS;
}

function isAlive(pid: number): boolean {
  // A killed process that its parent has not collected still has an id, but does nothing any more.
  if (statOf(pid)?.[0] === "Z") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * When a process started, in ticks since boot, which tells processes with the same id apart; "" where the system does
 * not tell.
 */
function startOf(pid: number): string {
  return statOf(pid)?.[19] ?? "";
}

/** The fields of /proc/PID/stat from the state on; the name before it may contain blanks and brackets. */
function statOf(pid: number): string[] | null {
  const text = fileText(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}
