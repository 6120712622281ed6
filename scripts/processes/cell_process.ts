/** Runs cells in processes and returns what each said. Cells that share all but P may share a process. */
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

/** What would move a limit, behind the words that say that it was passed. */
const OPTION = { timeout: " (--timeout)", "memory-limit": " (--memory-limit)", interrupted: "" };

export interface CellOutcome extends Omit<ChildOutcome, "output"> {
  events: CellEvent[];
}

/** The seam for tests: everything above it works without a process. */
export type RunCell = (
  runtime: Runtime | Client,
  spec: CellSpec,
  limits: Limits,
) => Promise<CellOutcome>;

export interface CellProcesses {
  /** One call at a time. Never rejects. */
  runCell: RunCell;
  /** End what is left of the last process. */
  close(): Promise<void>;
}

/**
 * Runs cells on the given CPUs; null: on any. A process goes on with the next cell where that differs in P, messages and rate
 * alone and the one before it was well: every failure ends it, so that it costs no other cell its row.
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
      // One that died after it had said all it had to costs the next cell nothing.
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

/** One cell in a process of its own. */
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

/** What cells of one process have in common; the round is part of `runId`, since a round's processes are its own. */
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

/** A live process that is told one cell after the other. */
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

  /** Resolves when the cell has ended, or the process. */
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
    // What it has said to its end counts, whatever stopped it then.
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

  /** All that it had to say has been said, so it is not waited for any longer than it takes to kill it. */
  async end(): Promise<void> {
    this.#process.kill();
    await this.#process.gone;
  }
}

/** What to say where less has come of a cell than its process had said; empty where all has. */
function tornDetail(events: readonly CellEvent[], outcomes: unknown): string {
  const whole = events.filter(isOutcome).length;
  return typeof outcomes === "number" && whole < outcomes
    ? `of ${outcomes} outcomes that the process told ${whole} came whole: something else was written into them`
    : "";
}

/** A runtime may print what it likes between the lines of a cell: no run is one without its status and numbers. */
function eventsOf(output: string): CellEvent[] {
  return jsonLines<CellEvent>(output).filter((event) =>
    event.type !== "run" ||
    (typeof event.status === "string" && [event.elapsedUs, event.messages].every(Number.isFinite))
  );
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
  const events = eventsOf(output);
  // Its last event is what ends a cell; a runtime may still fail on its way out.
  const isWhole = events.at(-1)?.type === "end";
  if (outcome.end === "died" && isWhole) return { ...outcome, events, end: "done", detail: "" };
  if (outcome.end === "done" && !isWhole) {
    const detail = "the process ended with code 0 before it had said what happened";
    return { ...outcome, events, end: "died", detail };
  }
  if (outcome.end === "timeout") outcome.detail += OPTION.timeout;
  return { ...outcome, events };
}
