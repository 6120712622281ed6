/**
 * What stress alone finds, to compare exploration with: floods of a hand-off of a few bytes with random stalls, which
 * is how delivery is usually tested. Here a slice never ends by itself, so a lost wake-up hangs. It counts as one only
 * if every thread that has not ended sleeps and none was woken, so a busy machine causes no false alarm.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Case } from "./cases.ts";

export const THREADS = 3;
/**
 * Indices of words that the three threads and their supervisor share. From SLEEPS on, one for each thread: whether it
 * sleeps.
 */
export const PROGRESS = 0;
export const RELEASE = 1;
export const SLEEPS = 2;
export const WORDS = SLEEPS + THREADS;

/** Time between two looks for progress (ms). */
const LOOK_MS = 10;
/** Looks without progress after which threads are suspect: STILL_LOOKS if all sleep, ENDLESS_LOOKS if they spin. */
const STILL_LOOKS = 2;
const ENDLESS_LOOKS = 50;
/** Looks after which even an abort has not ended the run. */
const LOST_LOOKS = 300;
/**
 * If half of this many runs are caught, the others are left out, since the question is which mistakes are caught
 * rarely.
 */
const ENOUGH = 100;

/** The task of one run, for its three threads. */
export interface StressRun {
  explored: Case;
  seed: number;
}

export interface Stressed {
  runs: number;
  caught: number;
}

/** @param root folder of the source, as a URL without a slash at its end */
export async function stress(
  cases: readonly Case[],
  root: string,
  runs: number,
  seed: number,
): Promise<Stressed> {
  let crew = await Crew.open(root);
  let caught = 0;
  try {
    for (let run = 0; run < runs; run++) {
      if (run === ENOUGH && caught >= ENOUGH / 2) return { runs: run, caught };
      const outcome = await crew.run({ explored: cases[run % cases.length], seed: seed + run });
      if (outcome !== "well") caught++;
      if (outcome === "stuck") {
        await crew.dismiss();
        crew = await Crew.open(root);
      }
    }
    return { runs, caught };
  } finally {
    await crew.dismiss();
  }
}

class Crew {
  readonly #words: Int32Array;
  readonly #workers: Worker[];
  #answered = new Set<number>();
  #wrong = false;
  /** The words of the hand-off's memory. */
  #memory: Int32Array[] = [];
  #over: () => void = () => {};

  static async open(root: string): Promise<Crew> {
    const words = new Int32Array(new SharedArrayBuffer(WORDS * 4));
    const workers = Array.from(
      { length: THREADS },
      (_, me) =>
        new Worker(new URL("./stress_worker.ts", import.meta.url), {
          workerData: { root, me, memory: words.buffer },
        }),
    );
    await Promise.all(workers.map((worker) => once(worker, "message")));
    return new Crew(words, workers);
  }

  private constructor(words: Int32Array, workers: Worker[]) {
    this.#words = words;
    this.#workers = workers;
    for (const [me, worker] of workers.entries()) {
      worker.on("message", (message) => {
        if (message.tickets === undefined) return this.#ended(me, message.wrong);
        this.#memory = wordsIn([message.tickets[0].life, message.tickets[0].shared]);
        for (const producer of [1, 2]) {
          workers[producer].postMessage({ ...message, ticket: message.tickets[producer - 1] });
        }
      });
      worker.on("error", () => this.#ended(me, true));
    }
  }

  async run(run: StressRun): Promise<"well" | "caught" | "stuck"> {
    this.#words.fill(0);
    this.#answered = new Set();
    this.#wrong = false;
    const over = new Promise<void>((resolve) => this.#over = resolve);
    this.#workers[0].postMessage({ run });
    let hung = false;
    let still = 0;
    let looks = 0;
    let progress = -1;
    const timer = setInterval(() => {
      const now = Atomics.load(this.#words, PROGRESS);
      still = now === progress ? still + 1 : 0;
      progress = now;
      const open = [0, 1, 2].filter((thread) => !this.#answered.has(thread));
      const asleep = open.every((thread) => Atomics.load(this.#words, SLEEPS + thread) === 1);
      if (
        (asleep && still >= STILL_LOOKS && this.#wakeAll() >= open.length) ||
        still === ENDLESS_LOOKS
      ) {
        hung = true;
        this.#workers[0].postMessage({ abort: true });
      }
      if (++looks >= LOST_LOOKS && still >= ENDLESS_LOOKS) this.#over();
    }, LOOK_MS);
    await over;
    clearInterval(timer);
    if (this.#answered.size < THREADS) return "stuck";
    return hung || this.#wrong ? "caught" : "well";
  }

  /**
   * Wakes all threads and returns how many slept. A thread that was woken already but has not run yet does not count.
   */
  #wakeAll(): number {
    Atomics.store(this.#words, RELEASE, 1);
    let woken = 0;
    for (const words of this.#memory) {
      for (let at = 0; at < words.length; at++) woken += Atomics.notify(words, at);
    }
    return woken;
  }

  #ended(thread: number, wrong: boolean): void {
    this.#answered.add(thread);
    this.#wrong ||= wrong;
    if (this.#answered.size === THREADS) this.#over();
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function wordsIn(value: unknown): Int32Array[] {
  if (value instanceof SharedArrayBuffer) return [new Int32Array(value, 0, value.byteLength >>> 2)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}
