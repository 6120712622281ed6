/** Runs cells in processes and returns the events of each. Cells that share all but P may share a process. */
import { fileURLToPath } from "node:url";
import {
  type CellEvent,
  type CellSpec,
  isOutcome,
  isProven,
  isVerdict,
} from "../../bench/process/spec.ts";
import { runArguments } from "../../bench/runtime.ts";
import {
  type ChildOutcome,
  detailOf,
  jsonLines,
  type Limits,
  runChild,
  withinLimits,
} from "./child.ts";
import { ClientCourse } from "./client_course.ts";
import type { Client } from "./clients.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { LineProcess } from "./line_process.ts";
import type { Runtime } from "./runtimes.ts";

const CELL = fileURLToPath(new URL("../../bench/process/cell.ts", import.meta.url));

/** The option that would move a limit; appended to the message that the limit was passed. */
const OPTION = { timeout: " (--timeout)", "memory-limit": " (--memory-limit)", interrupted: "" };

export interface CellOutcome extends Omit<ChildOutcome, "output"> {
  events: CellEvent[];
}

/** A parameter for tests: everything above it works without a process. */
export type RunCell = (
  runtime: Runtime | Client,
  spec: CellSpec,
  limits: Limits,
) => Promise<CellOutcome>;

export interface CellProcesses {
  /** One call at a time. Never rejects. */
  runCell: RunCell;
  /** Ends the last process, if it still runs. */
  close(): Promise<void>;
}

/**
 * Runs cells on the given CPUs; null: on any. A process goes on to the next cell if that cell differs only in P,
 * messages and rate, and the one before it was well. Every failure ends the process, so that it costs no other cell its
 * row.
 */
export function cellProcesses(cpus: readonly number[] | null): CellProcesses {
  let last: { process: CellProcess; kind: string } | null = null;
  const close = async () => {
    await last?.process.end();
    last = null;
  };
  return {
    close,
    async runCell(runtime, spec, limits) {
      const started = performance.now();
      const kind = kindOf(runtime, spec);
      // A process that died after it had reported its whole cell costs the next cell nothing.
      if (last?.kind !== kind || last.process.isGone) {
        await close();
        last = { process: new CellProcess(runtime, cpus), kind };
      }
      const outcome = await last.process.run(spec, limits);
      if (outcome.end !== "done" || outcome.events.some(isBad)) await close();
      return { ...outcome, wallMs: performance.now() - started };
    },
  };
}

/** Runs each cell in a process of its own. */
export function cellRunner(cpus: readonly number[] | null): RunCell {
  return async (...call) => {
    const { runCell, close } = cellProcesses(cpus);
    try {
      return await runCell(...call);
    } finally {
      await close();
    }
  };
}

/** What the cells of one process have in common. The round is part of `runId`, so no two rounds share a process. */
function kindOf({ path, label }: Runtime | Client, spec: CellSpec): string {
  return JSON.stringify([path, label, {
    ...spec,
    producers: 0,
    messages: 0,
    runTimeUs: 0,
    pace: null,
    reading: null,
  }]);
}

function isBad(event: CellEvent): boolean {
  return event.type === "failed" || (isVerdict(event) && !isProven(event));
}

/** A live process that is given one cell after another. */
class CellProcess {
  readonly #process: LineProcess;
  readonly #course: ClientCourse | null;

  constructor(runtime: Runtime | Client, cpus: readonly number[] | null) {
    const args = runtime.kind === "client" ? [] : [...runArguments(runtime.kind), CELL];
    this.#process = new LineProcess(cpus, runtime.path, args);
    this.#course = runtime.kind === "client" ? new ClientCourse(this.#process) : null;
  }

  get isGone(): boolean {
    return this.#process.isGone;
  }

  /** Resolves when the cell or the process has ended. */
  async run(spec: CellSpec, limits: Limits): Promise<Omit<CellOutcome, "wallMs">> {
    const process = this.#process;
    const memory = spec.reading === null ? null : new MemoryWatch();
    const { result: said, stopped } = await withinLimits(
      process,
      limits,
      () => this.#course?.run(spec) ?? this.#tell(spec),
      memory === null ? undefined : (bytes) => bytes > 0 && memory.add(bytes),
    );
    const events = memory?.told(said) ?? said;
    // If the cell's last event has arrived, the cell counts, whatever stopped the process after that.
    const last = events.at(-1);
    if (last?.type === "end") {
      const detail = tornDetail(events, last.outcomes);
      return { events, end: detail === "" ? "done" : "died", detail };
    }
    const detail = detailOf(stopped, process, limits);
    if (stopped === null) return { events, end: "died", detail };
    return { events, end: stopped, detail: detail + OPTION[stopped] };
  }

  async #tell(spec: CellSpec): Promise<CellEvent[]> {
    const isEnd = (last: string) => jsonLines<CellEvent>(last)[0]?.type === "end";
    return eventsOf(await this.#process.tell(spec, isEnd));
  }

  /** Kills the process: it has reported everything, so nothing else is waited for. */
  async end(): Promise<void> {
    this.#process.kill();
    await this.#process.gone;
  }
}

/** The message for a cell of which fewer outcomes arrived than its process counted; empty if all arrived. */
function tornDetail(events: readonly CellEvent[], outcomes: unknown): string {
  const whole = events.filter(isOutcome).length;
  return typeof outcomes === "number" && whole < outcomes
    ? `of ${outcomes} outcomes that the process told ${whole} came whole: something else was written into them`
    : "";
}

/** A runtime may print anything between the lines of a cell, so a run without its status and numbers is ignored. */
function eventsOf(output: string): CellEvent[] {
  return jsonLines<CellEvent>(output).filter((event) =>
    event.type !== "run" ||
    (typeof event.status === "string" && [event.elapsedUs, event.messages].every(Number.isFinite))
  );
}

/**
 * Runs a program that takes its task as JSON in its only argument and answers with `CellEvent`s.
 * @param flags for the runtime, in addition to those that it always gets
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
  const events = eventsOf(output);
  // The cell is complete with its last event; a runtime may still fail while it exits.
  const isWhole = events.at(-1)?.type === "end";
  if (outcome.end === "died" && isWhole) return { ...outcome, events, end: "done", detail: "" };
  if (outcome.end === "done" && !isWhole) {
    const detail = "the process ended with code 0 before it had said what happened";
    return { ...outcome, events, end: "died", detail };
  }
  if (outcome.end === "timeout") outcome.detail += OPTION.timeout;
  return { ...outcome, events };
}
