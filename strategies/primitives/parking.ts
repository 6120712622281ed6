/**
 * Sleeping until something has changed, without losing a wake-up and without paying for one that nobody needs: `notify`
 * costs microseconds if someone sleeps, and even if nobody does, more than first looking at a word.
 */
import { type Lifecycle, SLICE_MS } from "./lifecycle.ts";
import type { Waits } from "./waits.ts";

/** What a sleeping consumer waits for. PATIENT: a watermark or the end of its pause; HUNGRY: the first message. */
export const PATIENT = 1;
export const HUNGRY = 2;
export type WaitsFor = typeof PATIENT | typeof HUNGRY;

/**
 * For a single sleeper, the consumer. It announces that it is about to sleep, looks once more for work, and sleeps; a
 * producer publishes, then looks at the word. These two orders guarantee that at least one of them sees the other
 * (Dekker's argument; it needs sequentially consistent operations, which Atomics are).
 *
 *     one word: 0 while the consumer is awake; otherwise what it waits for
 */
export class Sleeper {
  readonly words: Int32Array;
  readonly at: number;

  constructor(words: Int32Array, at: number) {
    this.words = words;
    this.at = at;
  }

  /** For the consumer, which must look for work again after this, and then call `sleep` or `withdraw`. */
  announce(what: WaitsFor): void {
    Atomics.store(this.words, this.at, what);
  }

  withdraw(): void {
    Atomics.store(this.words, this.at, 0);
  }

  /** For the consumer: blocks until it is woken, at most for `ms`. Returns whether the time ended it. */
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

  /** For a producer, after it has published: whether the consumer sleeps until the first message. */
  isHungry(): boolean {
    return Atomics.load(this.words, this.at) === HUNGRY;
  }

  /** For a producer, after it has published as much as the consumer waits for. */
  wake(): void {
    if (Atomics.load(this.words, this.at) !== 0) {
      Atomics.store(this.words, this.at, 0);
      Atomics.notify(this.words, this.at, 1);
    }
  }
}

/**
 * For any number of sleepers, which are producers that wait for room. After Dmitry Vyukov's eventcount.
 *
 *     word 0: counts up with every event     word 1: threads that wait
 */
export class EventCount {
  readonly #words: Int32Array;
  readonly #epoch: number;
  readonly #waiters: number;
  readonly #lifecycle: Lifecycle;
  readonly waits: Waits;

  /** @param waits counts what waiting costs this thread */
  constructor(words: Int32Array, base: number, lifecycle: Lifecycle, waits: Waits) {
    this.waits = waits;
    this.#words = words;
    this.#epoch = base;
    this.#waiters = base + 1;
    this.#lifecycle = lifecycle;
  }

  /** Blocks until `ready()`, which is asked again after every event. @throws {HandoffAborted} */
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

  /** The same without blocking the thread: its other producers go on meanwhile. */
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

  /** Whether anybody waits; costs one atomic load. */
  hasWaiters(): boolean {
    return Atomics.load(this.#words, this.#waiters) !== 0;
  }

  /** The condition has changed: wakes all that wait. */
  advance(): void {
    Atomics.add(this.#words, this.#epoch, 1);
    Atomics.notify(this.#words, this.#epoch);
  }
}
