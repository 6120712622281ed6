/**
 * Sleeping until something has changed, without a lost wake-up and without paying for a wake-up that nobody
 * needs: `notify` costs microseconds where someone sleeps and even without a sleeper more than looking at a
 * word first.
 */
import { type Lifecycle, SLICE_MS } from "./lifecycle.ts";
import type { Waits } from "./waits.ts";

/** What a sleeping consumer waits for: a watermark or the end of its pause, or the first message. */
export const PATIENT = 1;
export const HUNGRY = 2;
export type WaitsFor = typeof PATIENT | typeof HUNGRY;

/**
 * One sleeper: the consumer. It announces that it is about to sleep, looks once more for work, and sleeps; a
 * producer publishes, then looks at the word. The two orders exclude that both miss each other (Dekker's
 * argument; it needs sequentially consistent operations, which Atomics are).
 *
 *     one word: 0 while the consumer is awake; else what it waits for
 */
export class Sleeper {
  readonly words: Int32Array;
  readonly at: number;

  constructor(words: Int32Array, at: number) {
    this.words = words;
    this.at = at;
  }

  /** Consumer: look for work again after this, then `sleep` or `withdraw`. */
  announce(what: WaitsFor): void {
    Atomics.store(this.words, this.at, what);
  }

  withdraw(): void {
    Atomics.store(this.words, this.at, 0);
  }

  /** Consumer: block until woken, at most for `ms`. Returns whether it was the time that ended it. */
  sleep(what: WaitsFor, ms: number): boolean {
    const timedOut = Atomics.wait(this.words, this.at, what, ms) === "timed-out";
    this.withdraw();
    return timedOut;
  }

  /** The same without blocking the thread. */
  async sleepAsync(what: WaitsFor, ms: number): Promise<boolean> {
    const wait = Atomics.waitAsync(this.words, this.at, what, ms);
    const outcome = wait.async ? await wait.value : wait.value;
    this.withdraw();
    return outcome === "timed-out";
  }

  /** Producer, after it has published: whether the consumer sleeps until the first message. */
  isHungry(): boolean {
    return Atomics.load(this.words, this.at) === HUNGRY;
  }

  /** Producer, after it has published as much as the consumer waits for. */
  wake(): void {
    if (Atomics.load(this.words, this.at) !== 0) {
      Atomics.store(this.words, this.at, 0);
      Atomics.notify(this.words, this.at, 1);
    }
  }
}

/**
 * Any number of sleepers: producers that wait for room. After Dmitry Vyukov's eventcount.
 *
 *     word 0: counts up with every event     word 1: threads that wait
 */
export class EventCount {
  readonly #words: Int32Array;
  readonly #epoch: number;
  readonly #waiters: number;
  readonly #lifecycle: Lifecycle;
  readonly waits: Waits;

  /** @param waits counts what this thread's waiting cost it */
  constructor(words: Int32Array, base: number, lifecycle: Lifecycle, waits: Waits) {
    this.waits = waits;
    this.#words = words;
    this.#epoch = base;
    this.#waiters = base + 1;
    this.#lifecycle = lifecycle;
  }

  /** Block until `ready()`, which is asked again after every event. @throws {HandoffAborted} */
  waitUntil(ready: () => boolean): void {
    const since = performance.now();
    Atomics.add(this.#words, this.#waiters, 1);
    try {
      for (;;) {
        const epoch = Atomics.load(this.#words, this.#epoch);
        if (ready()) return;
        this.#lifecycle.check();
        this.waits.parks++;
        Atomics.wait(this.#words, this.#epoch, epoch, SLICE_MS);
      }
    } finally {
      Atomics.sub(this.#words, this.#waiters, 1);
      this.waits.blockedMs += performance.now() - since;
    }
  }

  /** The same without blocking the thread: other producers of it go on meanwhile. */
  async waitUntilAsync(ready: () => boolean): Promise<void> {
    const since = performance.now();
    Atomics.add(this.#words, this.#waiters, 1);
    try {
      for (;;) {
        const epoch = Atomics.load(this.#words, this.#epoch);
        if (ready()) return;
        this.#lifecycle.check();
        this.waits.parks++;
        const wait = Atomics.waitAsync(this.#words, this.#epoch, epoch, SLICE_MS);
        if (wait.async) await wait.value;
      }
    } finally {
      Atomics.sub(this.#words, this.#waiters, 1);
      this.waits.blockedMs += performance.now() - since;
    }
  }

  /** Whether anybody waits: one atomic load. */
  hasWaiters(): boolean {
    return Atomics.load(this.#words, this.#waiters) !== 0;
  }

  /** The condition has changed: wake all that wait. */
  advance(): void {
    Atomics.add(this.#words, this.#epoch, 1);
    Atomics.notify(this.#words, this.#epoch);
  }
}
