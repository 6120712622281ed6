/** Runs one cell in a process of its own and returns what it said. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runArguments } from "../../bench/runtime.ts";
import type { CellEvent, CellSpec } from "../../bench/process/spec.ts";
import { printable } from "../../bench/wire/printable.ts";
import { childEnvironment } from "./child_environment.ts";
import { pinned } from "./pinning.ts";
import type { Runtime } from "./runtimes.ts";

const CELL = fileURLToPath(new URL("../../bench/process/cell.ts", import.meta.url));

export interface CellOutcome {
  events: CellEvent[];
  /** How the process ended: by itself, at the time limit, by an interruption, or otherwise. */
  end: "done" | "timeout" | "interrupted" | "died";
  /** Why, where it is not `done`. */
  detail: string;
  wallMs: number;
}

export interface Limits {
  timeoutMs: number;
  signal: AbortSignal;
  /** CPUs that the process may use; left out: any. */
  cpus?: readonly number[] | null;
}

/** The seam for tests: everything above it works without a process. */
export type RunCell = (runtime: Runtime, spec: CellSpec, limits: Limits) => Promise<CellOutcome>;

/** Runs cells on the given CPUs; null: on any. */
export function cellRunner(cpus: readonly number[] | null): RunCell {
  return (runtime, spec, limits) => runCellProgram(CELL, runtime, spec, { ...limits, cpus });
}

/**
 * Run a program that takes its task as JSON in its only argument and answers with `CellEvent`s.
 * @param flags of the runtime, beside those that it always gets
 */
export function runCellProgram(
  program: string,
  runtime: Runtime,
  task: unknown,
  { timeoutMs, signal, cpus = null }: Limits,
  flags: readonly string[] = [],
): Promise<CellOutcome> {
  const started = performance.now();
  const args = [...runArguments(runtime.kind), ...flags, program, JSON.stringify(task)];
  const child = spawn(...pinned(cpus, runtime.path, args), {
    // The child ends when its standard input does: with the launcher, whatever kills that.
    stdio: ["pipe", "pipe", "pipe"],
    env: childEnvironment(),
  });
  let output = "";
  let errors = "";
  let end: CellOutcome["end"] = "died";
  child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
  child.stderr.setEncoding("utf8").on(
    "data",
    (text: string) => errors = (errors + text).slice(-4_096),
  );
  child.stdin.on("error", () => {});
  const stop = (why: "timeout" | "interrupted") => {
    end = why;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(stop, timeoutMs, "timeout");
  const onAbort = () => stop("interrupted");
  signal.addEventListener("abort", onAbort, { once: true });
  return new Promise((resolve) => {
    const finish = (how: string) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      const events = parseEvents(output);
      if (end === "died" && events.at(-1)?.type === "end") end = "done";
      resolve({
        events,
        end,
        detail: detailOf(end, how, errors, timeoutMs),
        wallMs: performance.now() - started,
      });
    };
    child.once("error", (error) => finish(error.message));
    child.once("close", (code, killedBy) => finish(killedBy ?? `code ${code}`));
  });
}

/** Whole lines only: a killed process may leave half of one. */
function parseEvents(output: string): CellEvent[] {
  return output.split("\n").slice(0, -1).flatMap((line) => {
    try {
      return [JSON.parse(line) as CellEvent];
    } catch {
      return [];
    }
  });
}

function detailOf(end: CellOutcome["end"], how: string, errors: string, timeoutMs: number): string {
  if (end === "done") return "";
  if (end === "timeout") return `stopped after ${timeoutMs / 1_000} s (--timeout)`;
  if (end === "interrupted") return "interrupted";
  // A crash is framed: V8 puts "#" before every line, Bun and Node draw rules.
  const lines = errors.split("\n").map((line) => line.replace(/^[#=\-\s]+/, "").trim())
    .filter((line) => line !== "");
  const cause = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "no message";
  return printable(`the process ended with ${how}: ${cause}`, 300);
}
