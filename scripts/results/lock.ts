/** One writer a folder: a file that names the process which writes there, for as long as it does. */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../cli/command.ts";
import { fileText } from "../processes/file_text.ts";

/** Its name in the folder. */
export const LOCK = "lock";
/** Between the creation of a lock and its content lies no more than this (ms). */
const TORN_AFTER_MS = 10_000;

/**
 * Keep other processes from writing to a folder. A lock whose process is gone is taken over. The function that
 * comes back gives the folder free; so does the end of the process, whichever way it ends but by SIGKILL.
 * @throws {UsageError} where another process holds it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, LOCK);
  if (!create(path, folder)) takeOver(path, folder);
  const release = () => {
    process.off("exit", release);
    rmSync(path, { force: true });
  };
  // A second Ctrl-C ends the process where it is.
  process.on("exit", release);
  return release;
}

/** False where there is one already. */
function create(path: string, folder: string): boolean {
  try {
    writeFileSync(path, `${process.pid} ${startOf(process.pid)}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // A full disk takes the name and not the content: an empty lock would keep everybody out.
    rmSync(path, { force: true });
    // Deno has no code for every error of the system.
    throw new UsageError(`cannot write to ${folder} (${code ?? message})`);
  }
}

/** Two that find the same dead lock must not both get it, so they take turns at replacing it. */
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

/** The living process that a lock names; null where there is none any more. */
function holderOf(path: string): string | null {
  const text = fileText(path);
  if (text === null) return null;
  const match = /^([1-9]\d{0,9}) (\d*)\n$/.exec(text);
  if (match === null) return isTorn(path, text) ? null : "an unknown process";
  const [, pid, start] = match;
  return isAlive(Number(pid)) && startOf(Number(pid)) === start ? `process ${pid}` : null;
}

/** Left by a process that died before it had written its name. */
function isTorn(path: string, text: string): boolean {
  if (text.endsWith("\n")) return false;
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return age > TORN_AFTER_MS;
}

function isAlive(pid: number): boolean {
  // Nobody may have collected a killed process: it has an id, and does nothing any more.
  if (statOf(pid)?.[0] === "Z") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process started, in ticks since boot, as ids are used again; "" where the system does not tell. */
function startOf(pid: number): string {
  return statOf(pid)?.[19] ?? "";
}

/** /proc/PID/stat from the state on: the name before it may hold blanks and brackets. */
function statOf(pid: number): string[] | null {
  const text = fileText(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}
