/**
 * Runs one strategy for as long as is wanted: all of its hand-offs are opened at the beginning and take turns, run
 * after run, and the messages are checked as they come. Nothing is kept, so memory that grows is a leak.
 */
import { carryOut, type RunContext } from "../process/run.ts";
import type { RunReport } from "../process/spec.ts";
import { residentBytes } from "../process/usage.ts";
import { collectGarbage } from "../runtime.ts";
import { openStrategySubject } from "../subjects/strategy_subject.ts";
import type { WorkerEntry } from "../workers/threads.ts";
import { memoryRuns } from "../wire/memory_sink.ts";
import { parseParams } from "../../strategies/params.ts";
import type { Params, Strategy } from "../../strategies/strategy.ts";
import { type Leg, legsOf } from "./legs.ts";
import { SubjectFailure } from "../subjects/failure.ts";

export interface SoakTask {
  subject: string;
  params: Params;
  /** The soak ends after the run in which the total of messages has reached `messages`, or the time `timeMs`. */
  messages: number;
  timeMs: number;
  /** Even with all messages sent, it does not end before this time has passed. */
  leastMs: number;
  /** For tests: how long one run of every hand-off takes, together (ms). */
  lapMs?: number;
  /** Determines sizes, capacities, turns and content, but not the order of the threads' steps. */
  seed: number;
}

/** What was wrong with a run. */
export type Fault = Pick<RunReport, "lost" | "duplicated" | "reordered" | "corrupted"> & {
  /** The verdict's word, or `error`. */
  status: string;
  detail: string;
};

export type SoakEvent =
  /** Sent when every hand-off has had a run since the last lap. */
  | { type: "lap"; messages: number; ms: number; rssBytes: number }
  /** Sent when a run begins: where the soak hangs, it is the last one of these. */
  | { type: "run"; run: number; leg: string }
  | { type: "fault"; run: number; leg: string; fault: Fault }
  /** Sent when the soak is over and its Workers have ended. */
  | { type: "end"; messages: number; ms: number };

/** How long one run of every hand-off takes, together (ms). A short soak takes less, so that each has many runs. */
const LAP_MS = 1_000;
const LEAST_LAPS = 60;

/** Soaks until the task's end or the first fault. Blocks the thread while it waits, and needs its event loop. */
export async function soak(
  strategy: Strategy,
  task: SoakTask,
  emit: (event: SoakEvent) => void,
): Promise<void> {
  const params = parseParams(strategy, task.params);
  const stands: Stand[] = [];
  let end: SoakEvent | null = null;
  try {
    const legs = legsOf(strategy, params, task.seed);
    for (const leg of legs) stands.push(await Stand.open(strategy, leg));
    const lapMs = task.lapMs ?? Math.min(LAP_MS, task.timeMs / LEAST_LAPS);
    const started = performance.now();
    let messages = 0;
    for (let run = 1; end === null; run++) {
      const stand = stands[(run - 1) % stands.length];
      const leg = stand.toString();
      emit({ type: "run", run, leg });
      const report = await stand.run(lapMs).catch(failed);
      if (report.status !== "ok") {
        return emit({ type: "fault", run, leg, fault: report });
      }
      messages += report.delivered;
      const ms = performance.now() - started;
      const isOver = (messages >= task.messages && ms >= task.leastMs) || ms >= task.timeMs;
      if (run % stands.length === 0 || isOver) {
        collectGarbage();
        emit({ type: "lap", messages, ms, rssBytes: residentBytes() });
      }
      if (isOver) end = { type: "end", messages, ms };
    }
  } finally {
    for (const stand of stands) await stand.stop();
  }
  emit(end);
}

function failed(error: Error): Fault & { delivered: number } {
  const detail = error.message.split("\n")[0];
  return {
    status: "error",
    detail,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
  };
}

const SOAKED: WorkerEntry = { file: new URL("./worker.ts", import.meta.url), data: {} };

/** A hand-off with its Workers. */
class Stand {
  readonly #leg: Leg;
  readonly #context: RunContext;
  /** Messages of each producer in the next run. */
  #messages = 1;

  static async open(strategy: Strategy, leg: Leg): Promise<Stand> {
    const { firstPosition, spec } = leg;
    const near: Strategy = {
      ...strategy,
      open: (options) => strategy.open({ ...options, firstPosition }),
    };
    const failure = new SubjectFailure();
    const subject = await openStrategySubject(near, spec, failure.tell, SOAKED);
    return new Stand(leg, {
      subject,
      openRun: memoryRuns(spec.storeBytes),
      producers: spec.producers,
      failure,
    });
  }

  private constructor(leg: Leg, context: RunContext) {
    this.#leg = leg;
    this.#context = context;
  }

  /** Carries out one run, with as many messages as fill this hand-off's share of a lap, judging by the run before. */
  async run(lapMs: number): Promise<RunReport> {
    const { spec, mostMessages, share } = this.#leg;
    const { messageBytes, workload = "bytes", seed, runId } = spec;
    const report = await carryOut(this.#context, {
      ...{ messages: this.#messages, messageBytes, workload, seed, runId, warmUp: false },
    });
    const factor = Math.min(4, Math.max(0.25, 1_000 * share * lapMs / report.elapsedUs));
    this.#messages = Math.min(mostMessages, Math.max(1, Math.round(this.#messages * factor)));
    return report;
  }

  toString(): string {
    const { producers, workers, messageBytes, workload, capacity, turn } = this.#leg.spec;
    const size = workload === undefined ? `${messageBytes} bytes` : `${workload} lines`;
    return `${producers} producers on ${workers} Workers, ${this.#messages} messages each of ${size}, ` +
      `capacity ${capacity}, turn ${turn}`;
  }

  stop(): Promise<void> {
    return this.#context.subject.stop();
  }
}
