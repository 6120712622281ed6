/**
 * A blocking mutex in one shared word, after Ulrich Drepper, "Futexes Are Tricky" (2011), mutex 2.
 *
 *     0 free     1 held     2 held, and someone may sleep
 *
 * A thread that has slept takes the lock as 2 and not as 1: others may sleep still, and with 1 nobody would
 * wake them. The spin is bounded, since with more threads than cores the holder may be the one not running.
 */
import type { Lifecycle } from "./lifecycle.ts";
import { SLICE_MS } from "./lifecycle.ts";

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;
/** Tries before a thread sleeps: about a microsecond, a few critical sections. */
const SPINS = 40;

export class Mutex {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #lifecycle: Lifecycle;
  /** Times this thread had to sleep. */
  parks = 0;

  constructor(words: Int32Array, at: number, lifecycle: Lifecycle) {
    this.#words = words;
    this.#at = at;
    this.#lifecycle = lifecycle;
  }

  /** Blocks the thread until it holds the lock. Does not allocate. @throws {HandoffAborted} */
  lock(): void {
    if (Atomics.compareExchange(this.#words, this.#at, FREE, HELD) !== FREE) this.#lockSlowly();
  }

  #lockSlowly(): void {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.compareExchange(this.#words, this.#at, FREE, HELD) === FREE) return;
    }
    while (Atomics.exchange(this.#words, this.#at, CONTENDED) !== FREE) {
      this.parks++;
      Atomics.wait(this.#words, this.#at, CONTENDED, SLICE_MS);
      this.#lifecycle.check();
    }
  }

  /** Only for the holder. Wakes one sleeper where there may be one. */
  unlock(): void {
    if (Atomics.exchange(this.#words, this.#at, FREE) === CONTENDED) {
      Atomics.notify(this.#words, this.#at, 1);
    }
  }
}
