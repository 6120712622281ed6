/**
 * The cells of a client's process: the launcher decides when it runs what, by the same rules as a runtime's cell does.
 */
import { Course } from "../../bench/process/course.ts";
import type { RunRequest } from "../../bench/process/run.ts";
import type { CellEvent, CellSpec } from "../../bench/process/spec.ts";
import type { ClientTask } from "./client_answer.ts";
import { askForRun } from "./client_run.ts";
import type { LineProcess } from "./line_process.ts";

/** Capacity of the second pass, the same as under a runtime (bytes). */
const SMALL_CAPACITY = 256;

/** The cells of one process. */
export class ClientCourse {
  readonly #process: LineProcess;
  readonly #course: Course;
  #events: CellEvent[] = [];
  #cells = 0;
  #runs = 0;

  constructor(process: LineProcess) {
    this.#process = process;
    this.#course = new Course((event) => this.#events.push(event));
  }

  /** All events of a cell; the `end` event is missing if the process has died. */
  async run(spec: CellSpec): Promise<CellEvent[]> {
    const isFirst = this.#cells++ === 0;
    this.#events = [
      { type: "ready", workerStartMs: null, sharedBytes: null, rssReadyBytes: null },
    ];
    try {
      if (spec.task === "calibrate") throw new Error("a client has no chunk size to calibrate");
      await this.#course.run(
        spec,
        (request) => askForRun(this.#process, taskOf(spec, request, ++this.#runs)),
      );
    } catch (error) {
      if (this.#process.isGone) return this.#events;
      this.#events.push({ type: "failed", detail: (error as Error).message });
    }
    const peak = isFirst ? this.#process.memory("VmHWM") : 0;
    return [...this.#events, { type: "end", rssPeakBytes: peak || null }];
  }
}

function taskOf(spec: CellSpec, request: RunRequest, run: number): ClientTask {
  const proof = request.proof ?? false;
  return {
    arm: spec.arm!,
    ...spec.listener!,
    producers: spec.producers,
    workers: Math.min(spec.workers, spec.producers),
    messages: spec.subject === "empty" ? 0 : request.messages,
    messageBytes: request.messageBytes,
    content: proof ? "grouped" : "fixed",
    seed: request.seed,
    run,
    capacity: proof ? SMALL_CAPACITY : spec.capacity,
    warmUp: request.warmUp,
    runId: request.runId,
  };
}
