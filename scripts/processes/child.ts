/** Runs a program of the suite under a runtime to its end; all commands use it, whatever the program prints. */
import { runArguments } from "../../bench/runtime.ts";
import { printable } from "../../bench/wire/printable.ts";
import { LineProcess } from "./line_process.ts";
import type { Runtime } from "./runtimes.ts";

/** The limit that a child has passed. */
export type Stopped = "timeout" | "memory-limit" | "interrupted";

export interface ChildOutcome {
  /** What it wrote to its standard output. */
  output: string;
  /** How it ended: with code 0, stopped at its limit of time or memory, interrupted, or in any other way. */
  end: "done" | Stopped | "died";
  /** The reason if `end` is not `done`; one line that is safe to print. */
  detail: string;
  wallMs: number;
}

export interface Limits {
  timeoutMs: number;
  signal: AbortSignal;
  /**
   * Resident memory at which a process is stopped, in bytes; left out: no limit. It is only checked on systems with
   * /proc.
   */
  memoryBytes?: number;
  /** CPUs that the process may use; left out: any. */
  cpus?: readonly number[] | null;
}

export interface ChildProgram {
  path: string;
  args: readonly string[];
  /** Flags for the runtime, in addition to those that it always gets. */
  flags?: readonly string[];
}

/** Never rejects: a program that cannot even be started has died. */
export async function runChild(
  runtime: Runtime,
  { path, args, flags = [] }: ChildProgram,
  limits: Limits,
): Promise<ChildOutcome> {
  const started = performance.now();
  const all = [...runArguments(runtime.kind), ...flags, path, ...args];
  const child = new LineProcess(limits.cpus ?? null, runtime.path, all);
  const { stopped } = await withinLimits(child, limits, () => child.gone);
  const end = stopped ?? (child.how === "code 0" ? "done" : "died");
  const detail = end === "done" ? "" : detailOf(stopped, child, limits);
  return { output: child.output, end, detail, wallMs: performance.now() - started };
}

/** How often a process's memory is read (ms). */
const LOOK_MS = 50;

/**
 * Awaits something of a child, and kills the child if it passes a limit meanwhile. `awaited` must then settle.
 * @param onLook gets the child's resident memory in bytes, now and then; 0 where the system does not tell
 */
export async function withinLimits<T>(
  child: LineProcess,
  { timeoutMs, signal, memoryBytes = Infinity }: Limits,
  awaited: () => Promise<T>,
  onLook?: (bytes: number) => void,
): Promise<{ result: T; stopped: Stopped | null }> {
  let stopped: Stopped | null = null;
  const stop = (why: Stopped) => {
    stopped = why;
    child.kill();
  };
  const timer = setTimeout(stop, timeoutMs, "timeout");
  const look = () => {
    const bytes = child.memory("VmRSS");
    onLook?.(bytes);
    if (bytes > memoryBytes) stop("memory-limit");
  };
  const isWatched = onLook !== undefined || memoryBytes < Infinity;
  const watch = isWatched ? setInterval(look, LOOK_MS) : undefined;
  const onAbort = () => stop("interrupted");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const result = await awaited();
  clearTimeout(timer);
  clearInterval(watch);
  signal.removeEventListener("abort", onAbort);
  return { result, stopped };
}

/**
 * The objects that a program writes as one line of JSON each. Only whole lines count, since a killed program may leave
 * half of one. Anything else that is printed between them, such as a number, is ignored.
 */
export function jsonLines<T extends object>(output: string): T[] {
  return output.split("\n").slice(0, -1).flatMap((line) => {
    // A failed parse takes microseconds, and there may be millions of lines of something else.
    if (!line.startsWith("{")) return [];
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === "object" && value !== null ? [value as T] : [];
    } catch {
      return [];
    }
  });
}

/** Which limit a child has passed; if `stopped` is null, how it ended by itself. */
export function detailOf(stopped: Stopped | null, child: LineProcess, limits: Limits): string {
  if (stopped === null) return deathOf(child);
  if (stopped === "timeout") return `stopped after ${limits.timeoutMs / 1_000} s`;
  if (stopped === "interrupted") return "interrupted";
  return `stopped at ${Math.round(limits.memoryBytes! / 2 ** 20)} MiB of memory`;
}

/** How a dead child ended, with the line of its standard error that says most. */
function deathOf({ how, errors }: LineProcess): string {
  // Crash messages are framed: V8 puts "#" before every line; Bun and Node draw rules.
  const lines = errors.split("\n").map((line) => line.replace(/^[#=\-\s]+/, "").trim())
    .filter((line) => line !== "");
  const cause = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "no message";
  return printable(`the process ended with ${how}: ${cause}`, 300);
}
