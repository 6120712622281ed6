/**
 * A blocking mutex in one shared word, after Ulrich Drepper, "Futexes Are Tricky" (2011), mutex 2.
 *
 *     0 free     1 held     2 held, and someone may sleep
 *
 * A thread that has slept takes the lock as 2 and not as 1, since others may still sleep, whom nobody would wake after
 * 1. The spin is bounded, since with more threads than cores the holder may be the thread that is not running.
 */
import { type Lifecycle, SLICE_MS } from "./lifecycle.ts";
import { pause } from "./pause.ts";
import type { Waits } from "./waits.ts";

/** A lock that blocks the thread. */
export interface BlockingLock {
  /** Blocks until the thread holds the lock. @throws {HandoffAborted} */
  lock(): void;
  /** The same for at most `ms`. Returns whether the thread holds the lock now. */
  lockFor(ms: number): boolean;
  /** Only for the holder. */
  unlock(): void;
}

/**
 * What a thread does while the lock is held: try again without sleep, sleep at once, or try for a while and then sleep.
 */
export type WaitPolicy = "spin" | "park" | "spin-park";

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;
/**
 * Looks before a thread sleeps, each after a pause twice as long as the one before. The pauses are what matters: two
 * threads that both keep trying pass the lock's cache line back and forth with every message, while a thread that stays
 * away for some microseconds lets the other take the lock a hundred times in a row without that cost. `spin` never
 * sleeps until it is woken, but it naps, since with more threads than cores the holder may need this thread's core.
 */
const LOOKS: Record<WaitPolicy, number> = { "spin": 10, "park": 0, "spin-park": 6 };
/** Pauses before the first look. A pause takes about 20 to 40 ns. */
const FIRST_PAUSES = 16;
const NAP_MS = 0.05;

export class Mutex implements BlockingLock {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #lifecycle: Lifecycle;
  readonly #waits: Waits;
  readonly #looks: number;
  readonly #parks: boolean;

  constructor(
    words: Int32Array,
    at: number,
    lifecycle: Lifecycle,
    waits: Waits,
    policy: WaitPolicy,
  ) {
    this.#words = words;
    this.#at = at;
    this.#lifecycle = lifecycle;
    this.#waits = waits;
    this.#looks = LOOKS[policy];
    this.#parks = policy !== "spin";
  }

  /** Blocks the thread until it holds the lock. Does not allocate. @throws {HandoffAborted} */
  lock(): void {
    if (Atomics.compareExchange(this.#words, this.#at, FREE, HELD) !== FREE) {
      this.#lockSlowly(Infinity);
    }
  }

  lockFor(ms: number): boolean {
    return Atomics.compareExchange(this.#words, this.#at, FREE, HELD) === FREE ||
      this.#lockSlowly(ms);
  }

  #lockSlowly(ms: number): boolean {
    const since = performance.now();
    this.#waits.failedClaims++;
    let held = this.#spin();
    while (!held && performance.now() - since < ms) {
      if (this.#parks) {
        held = this.#park();
      } else {
        Atomics.wait(this.#words, this.#at, HELD, NAP_MS);
        held = this.#spin();
      }
      // The wake-up was meant for a thread that takes the lock, so it is passed on: others may still sleep.
      if (!held && this.#lifecycle.aborted()) Atomics.notify(this.#words, this.#at, 1);
      if (!held) this.#lifecycle.check();
    }
    this.#waits.blockedMs += performance.now() - since;
    return held;
  }

  #spin(): boolean {
    for (let look = 0, pauses = FIRST_PAUSES; look < this.#looks; look++, pauses *= 2) {
      pause(pauses);
      if (
        Atomics.load(this.#words, this.#at) === FREE &&
        Atomics.compareExchange(this.#words, this.#at, FREE, HELD) === FREE
      ) return true;
    }
    return false;
  }

  /** Marks the lock as contended and sleeps for a slice at most. Returns true if it got the lock instead. */
  #park(): boolean {
    if (Atomics.exchange(this.#words, this.#at, CONTENDED) === FREE) return true;
    this.#waits.parks++;
    Atomics.wait(this.#words, this.#at, CONTENDED, SLICE_MS);
    return false;
  }

  /** Only for the holder. Wakes one sleeper if there may be one. */
  unlock(): void {
    if (Atomics.exchange(this.#words, this.#at, FREE) === CONTENDED) {
      Atomics.notify(this.#words, this.#at, 1);
    }
  }
}
