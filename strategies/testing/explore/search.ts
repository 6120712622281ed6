/**
 * Depth-first search over the schedules of a case, with a bound on preemptions. What follows a step depends only on
 * what has happened before it, in which order as far as the order matters, and on what is left of the bound. So if a
 * step was reached with the same past before, with at least as much left, its alternatives are not tried again. Unlike
 * with sleep sets, nothing is lost under a bound (Musuvathi and Qadeer, "Partial-order reduction for context-bounded
 * state exploration", 2007).
 */
import { Worker } from "node:worker_threads";
import type { Case } from "./cases.ts";
import { costOf, type Step, stepsOf } from "./happens_before.ts";
import {
  BY_TIME,
  CONTROL_WORDS,
  DIES,
  GO,
  MORTAL,
  OUTCOME,
  OUTCOMES,
  PREFIX,
  PREFIX_LENGTH,
  PROMOTED,
  RESTING,
  SLICES,
  STEPS,
  TEXT,
  TEXT_LENGTH,
  threadAt,
  THREADS,
} from "./control_block.ts";

/** A schedule that has not ended after this time is stuck in a place where no operation stops (ms). */
const STUCK_MS = 10_000;

export interface Schedule {
  choices: number[];
  /** What went wrong, or null. */
  violation: string | null;
}

export interface Found extends Schedule {
  violation: string;
  /**
   * The first choices of the schedule; after them it goes on with as few changes of threads as possible, as `run` does.
   */
  prefix: number[];
  /** Preemptions of the whole schedule. */
  preemptions: number;
}

export interface Explored {
  schedules: number;
  /** Whether all schedules with at most that many preemptions were run, or equivalent ones. */
  complete: boolean;
  found: Found | null;
  longest: number;
  promoted: number;
}

/** The threads of one case, which are kept for all of its schedules. */
export class Stage {
  readonly words: Int32Array;
  readonly #workers: Worker[];
  readonly races = new Set<number>();
  /** The source line of each step of the last schedule; empty unless `traces` was set. */
  places: string[] = [];
  readonly #traces: boolean;
  readonly #explored: Case;

  private constructor(words: Int32Array, workers: Worker[], traces: boolean, explored: Case) {
    this.words = words;
    this.#workers = workers;
    this.#traces = traces;
    this.#explored = explored;
  }

  /** @param root folder of the source that is explored, as a URL without a slash at its end */
  static async open(explored: Case, root: string, traces = false): Promise<Stage> {
    const control = new SharedArrayBuffer(CONTROL_WORDS * 4);
    const workers = Array.from(
      { length: THREADS },
      (_, me) =>
        new Worker(new URL("./explored_worker.ts", import.meta.url), {
          workerData: { control, me, root, traces, explored },
        }),
    );
    const { joining } = await answer(workers[0]);
    const ready = workers.map(answer);
    workers[0].postMessage("go");
    workers[1].postMessage(joining[0]);
    workers[2].postMessage(joining[1]);
    await Promise.all(ready);
    return new Stage(new Int32Array(control), workers, traces, explored);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Runs one schedule: the prefix, and after it as few changes of threads as possible. */
  async run(prefix: readonly number[]): Promise<Schedule & { steps: Step[] }> {
    const { words } = this;
    words.fill(0, 0, PREFIX);
    words.fill(0, TEXT, CONTROL_WORDS);
    words[SLICES] = this.#explored.slices ? 1 : 0;
    words[MORTAL] = this.#explored.onLost === null ? 0 : 1;
    words.set(prefix, PREFIX);
    words[PREFIX_LENGTH] = prefix.length;
    const places = this.#traces ? this.#workers.map(answer) : [];
    Atomics.store(words, threadAt(0, GO), 1);
    Atomics.notify(words, threadAt(0, GO), 1);
    for (let resting = 0; resting < THREADS; resting = Atomics.load(words, RESTING)) {
      if (Atomics.wait(words, RESTING, resting, STUCK_MS) === "timed-out") {
        throw new Error("a thread has neither stopped nor ended for ten seconds");
      }
    }
    if (this.#traces) {
      const lines = (await Promise.all(places)).map((message) => message.places as string[]);
      this.places = Array.from(
        { length: words[STEPS] },
        (_, i) => lines.map((of) => of[i]).find((line) => line) ?? "",
      );
    }
    const steps = stepsOf(words, this.races);
    const text = Array.from(
      { length: words[TEXT_LENGTH] },
      (_, i) => words[TEXT + (i >>> 2)] >>> (8 * (i & 3)) & 0xff,
    );
    const said = String.fromCharCode(...text);
    const outcome = OUTCOMES[words[OUTCOME]];
    return {
      steps,
      choices: steps.map(({ choice }) => choice),
      violation: said !== "" ? said : outcome === "ended" ? null : outcome,
    };
  }

  /** Makes threads stop at accesses that have raced from now on. Returns whether there are new ones. */
  promote(): boolean {
    let more = false;
    for (const address of this.races) {
      const word = PROMOTED + (address >>> 5);
      const bit = 1 << (address & 31);
      more ||= (this.words[word] & bit) === 0;
      this.words[word] |= bit;
    }
    return more;
  }
}

interface Branch {
  prefix: number[];
  left: number;
}

/** Runs all schedules of a case with at most that many preemptions, until one fails or `most` were run. */
export async function explore(stage: Stage, preemptions: number, most: number): Promise<Explored> {
  const result = {
    schedules: 0,
    complete: false,
    found: null,
    longest: 0,
    promoted: 0,
  } as Explored;
  restart: for (;;) {
    const seen = new Map<string, number>();
    const waiting: Branch[] = [{ prefix: [], left: preemptions }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (result.schedules >= most) return result;
      result.schedules++;
      const { steps, choices, violation } = await stage.run(next.prefix);
      result.longest = Math.max(result.longest, steps.length);
      if (violation !== null) {
        const { prefix } = next;
        result.found = { choices, prefix, violation, preemptions: preemptionsOf(steps) };
        return result;
      }
      if (stage.promote()) {
        result.promoted = stage.races.size;
        continue restart;
      }
      branch(steps, next, seen, waiting);
    }
    result.complete = true;
    return result;
  }
}

function branch(
  steps: Step[],
  { prefix, left }: Branch,
  seen: Map<string, number>,
  waiting: Branch[],
) {
  for (let i = prefix.length; i < steps.length; i++) {
    const step = steps[i];
    const before = seen.get(step.before);
    if (before !== undefined && before >= left) return;
    seen.set(step.before, left);
    for (let thread = 0; thread < THREADS; thread++) {
      const choices = [
        [thread, step.enabled],
        [thread + BY_TIME, step.timed],
        [thread + DIES, step.mortal],
      ];
      for (const [choice, possible] of choices) {
        if ((possible & (1 << thread)) === 0 || choice === step.choice) continue;
        const cost = costOf(step, choice);
        // A time-out costs a preemption if others could go on. If nobody can, the soonest one is taken, and no other is
        // tried.
        if (cost > left || (choice >= BY_TIME && cost === 0)) continue;
        waiting.push({
          prefix: [...steps.slice(0, i).map((one) => one.choice), choice],
          left: left - cost,
        });
      }
    }
  }
}

function preemptionsOf(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + costOf(step, step.choice), 0);
}

// deno-lint-ignore no-explicit-any -- the Worker's answers have three shapes
function answer(worker: Worker): Promise<any> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
