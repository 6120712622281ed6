/** Runs a program of the suite under a runtime to its end: one way for all, whatever the program says. */
import { type ChildProcess, spawn } from "node:child_process";
import { runArguments } from "../../bench/runtime.ts";
import { printable } from "../../bench/wire/printable.ts";
import { childEnvironment } from "./child_environment.ts";
import { pinned } from "./pinning.ts";
import type { Runtime } from "./runtimes.ts";

export interface ChildOutcome {
  /** What it wrote to its standard output. */
  output: string;
  /** How it ended: with code 0, at the limit of time or memory, by an interruption, or otherwise. */
  end: "done" | "timeout" | "memory-limit" | "interrupted" | "died";
  /** Why, where it is not `done`; one line that is safe to print. */
  detail: string;
  wallMs: number;
}

export interface Limits {
  timeoutMs: number;
  signal: AbortSignal;
  /** Resident memory at which a process is stopped, in bytes; left out: none. Seen where the system has /proc. */
  memoryBytes?: number;
  /** CPUs that the process may use; left out: any. */
  cpus?: readonly number[] | null;
}

/** No program of the suite says more, in characters: one that does would fill this process's memory. */
export const MOST_OUTPUT = 16 * 2 ** 20;
export const SAID_TOO_MUCH = `error: it was stopped because it said more than ${
  MOST_OUTPUT / 2 ** 20
} MiB\n`;

export interface ChildProgram {
  path: string;
  args: readonly string[];
  /** Of the runtime, beside those that it always gets. */
  flags?: readonly string[];
}

/** Never rejects: what cannot even be started has died. */
export function runChild(
  runtime: Runtime,
  { path, args, flags = [] }: ChildProgram,
  { timeoutMs, signal, cpus = null }: Limits,
): Promise<ChildOutcome> {
  const started = performance.now();
  const all = [...runArguments(runtime.kind), ...flags, path, ...args];
  const child = spawn(...pinned(cpus, runtime.path, all), {
    // The child ends when its standard input does: with the launcher, whatever kills that.
    stdio: ["pipe", "pipe", "pipe"],
    env: childEnvironment(),
  });
  let output = "";
  let errors = "";
  let end: ChildOutcome["end"] = "died";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.length <= MOST_OUTPUT) return;
    errors = SAID_TOO_MUCH;
    output = "";
    killChild(child);
  });
  child.stderr.setEncoding("utf8").on(
    "data",
    (text: string) => errors = (errors + text).slice(-4_096),
  );
  child.stdin.on("error", () => {});
  const stop = (why: "timeout" | "interrupted") => {
    end = why;
    killChild(child);
  };
  const timer = setTimeout(stop, timeoutMs, "timeout");
  const onAbort = () => stop("interrupted");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return new Promise((resolve) => {
    const finish = (how: string) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      if (end === "died" && how === "code 0") end = "done";
      const detail = detailOf(end, how, errors, timeoutMs);
      resolve({ output, end, detail, wallMs: performance.now() - started });
    };
    child.once("error", (error) => finish(error.message));
    child.once("close", (code, killedBy) => finish(killedBy ?? `code ${code}`));
  });
}

/** Afterwards its `close` comes soon, whatever it has started and leaves running. */
export function killChild(child: ChildProcess): void {
  child.kill("SIGKILL");
  // A child of its own may live on and hold them, so that they never end by themselves.
  for (const end of [child.stdin, child.stdout, child.stderr]) end?.destroy();
}

/**
 * Objects of a program that writes a JSON line for each; whole lines only, since a killed one may leave half of one.
 * Anything else that is printed between them, a number say, is none of its own.
 */
export function jsonLines<T extends object>(output: string): T[] {
  return output.split("\n").slice(0, -1).flatMap((line) => {
    // To fail takes a parser microseconds, and there may be millions of lines of something else.
    if (!line.startsWith("{")) return [];
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === "object" && value !== null ? [value as T] : [];
    } catch {
      return [];
    }
  });
}

function detailOf(
  end: ChildOutcome["end"],
  how: string,
  errors: string,
  timeoutMs: number,
): string {
  if (end === "done") return "";
  if (end === "timeout") return `stopped after ${timeoutMs / 1_000} s`;
  if (end === "interrupted") return "interrupted";
  return deathOf(how, errors);
}

/** The line of its standard error that says most. @param how `code 1`, or the signal that killed it */
export function deathOf(how: string, errors: string): string {
  // A crash is framed: V8 puts "#" before every line, Bun and Node draw rules.
  const lines = errors.split("\n").map((line) => line.replace(/^[#=\-\s]+/, "").trim())
    .filter((line) => line !== "");
  const cause = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "no message";
  return printable(`the process ended with ${how}: ${cause}`, 300);
}
