/** Runs one cell in a process of its own and returns what it said. */
import { fileURLToPath } from "node:url";
import type { CellEvent, CellSpec } from "../../bench/process/spec.ts";
import { type ChildOutcome, jsonLines, type Limits, runChild } from "./child.ts";
import type { Runtime } from "./runtimes.ts";

const CELL = fileURLToPath(new URL("../../bench/process/cell.ts", import.meta.url));

export interface CellOutcome extends Omit<ChildOutcome, "output"> {
  events: CellEvent[];
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
export async function runCellProgram(
  path: string,
  runtime: Runtime,
  task: unknown,
  limits: Limits,
  flags: readonly string[] = [],
): Promise<CellOutcome> {
  const args = [JSON.stringify(task)];
  const { output, ...outcome } = await runChild(runtime, { path, args, flags }, limits);
  const events = jsonLines<CellEvent>(output);
  // Its last event is what ends a cell; a runtime may still fail on its way out.
  const isWhole = events.at(-1)?.type === "end";
  if (outcome.end === "died" && isWhole) return { ...outcome, events, end: "done", detail: "" };
  if (outcome.end === "done" && !isWhole) {
    const detail = "the process ended with code 0 before it had said what happened";
    return { ...outcome, events, end: "died", detail };
  }
  if (outcome.end === "timeout") outcome.detail += " (--timeout)";
  return { ...outcome, events };
}
