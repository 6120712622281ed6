/**
 * An async mutex in one shared word: the futex mutex (`mutex.ts`) with `Atomics.waitAsync` in place of `Atomics.wait`,
 * so that a thread's other tasks go on while one waits.
 *
 *     0 free     1 held     2 held, and someone may sleep
 *
 * Barging: any task that comes while the lock is free takes it, whether others sleep or not. A waiting task is not
 * given the lock; it is only told that the lock has become free, and tries again. If a task were to hold the lock from
 * one turn of the microtask queue to a later one, all other tasks of the thread would queue up behind it (with 4,096 of
 * them a run took a second instead of milliseconds).
 */
import { type Lifecycle, SLICE_MS } from "./lifecycle.ts";
import type { Waits } from "./waits.ts";

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;

export class AsyncMutex {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #lifecycle: Lifecycle;
  /** A single shared-memory wait serves all tasks of the thread, since thousands of waits would each cost a timer. */
  #pending: Promise<void> | null = null;
  readonly #waits: Waits;

  constructor(words: Int32Array, at: number, lifecycle: Lifecycle, waits: Waits) {
    this.#waits = waits;
    this.#words = words;
    this.#at = at;
    this.#lifecycle = lifecycle;
  }

  /**
   * Takes the lock if it is free. Neither waits nor allocates. Hold it for synchronous code only.
   * @param slept whether this task has waited for the lock; others may then still sleep, and `unlock` must wake them
   */
  tryLock(slept: boolean): boolean {
    const taken = slept ? CONTENDED : HELD;
    return Atomics.compareExchange(this.#words, this.#at, FREE, taken) === FREE;
  }

  /** Resolves when the lock may have become free. @throws {HandoffAborted} */
  async released(): Promise<void> {
    if (Atomics.compareExchange(this.#words, this.#at, HELD, CONTENDED) === FREE) return;
    this.#waits.failedClaims++;
    await (this.#pending ?? this.#sleep());
    // The wake-up was meant for a thread that takes the lock, so it is passed on: others may still sleep.
    if (this.#lifecycle.aborted()) Atomics.notify(this.#words, this.#at, 1);
    this.#lifecycle.check();
  }

  #sleep(): Promise<void> | undefined {
    const wait = Atomics.waitAsync(this.#words, this.#at, CONTENDED, SLICE_MS);
    if (!wait.async) return undefined;
    const since = performance.now();
    this.#waits.parks++;
    return this.#pending = wait.value.then(() => {
      this.#pending = null;
      this.#waits.blockedMs += performance.now() - since;
    });
  }

  /** Only for the holder. Wakes one sleeping thread if there may be one. */
  unlock(): void {
    if (Atomics.exchange(this.#words, this.#at, FREE) === CONTENDED) {
      Atomics.notify(this.#words, this.#at, 1);
    }
  }
}
