/**
 * One strategy for as long as is wanted: its hand-offs are all opened at the beginning and take turns, run after run,
 * and what comes out is checked as it comes. Nothing is kept, so that memory which grows is a leak.
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
  /** It ends behind the run in which so many messages have come in all, or so much time has passed. */
  messages: number;
  timeMs: number;
  /** But for the first reason not before so much time has. */
  leastMs: number;
  /** A seam for tests: what the runs of all hand-offs are to take together. */
  lapMs?: number;
  /** Fixes sizes, capacities, turns and content. The order of the threads' steps it does not. */
  seed: number;
}

/** Of a run that is not as it should be. */
export type Fault = Pick<RunReport, "lost" | "duplicated" | "reordered" | "corrupted"> & {
  /** The verdict's word, or `error`. */
  status: string;
  detail: string;
};

export type SoakEvent =
  /** Every hand-off has had a run since the last one. */
  | { type: "lap"; messages: number; ms: number; rssBytes: number }
  /** A run begins: the last one that was heard of is the one that hangs. */
  | { type: "run"; run: number; leg: string }
  | { type: "fault"; run: number; leg: string; fault: Fault }
  /** All is over, and its Workers have ended. */
  | { type: "end"; messages: number; ms: number };

/** What the runs of all hand-offs are to take together (ms), but in a short soak, where each is to have many. */
const LAP_MS = 1_000;
const LEAST_LAPS = 60;

/** Soak until the task's end or the first fault. Blocks the thread while it waits, and needs its event loop. */
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
  /** A producer, in the next run. */
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

  /** One run, as long as the one before it says that it takes about this hand-off's share of a lap. */
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
