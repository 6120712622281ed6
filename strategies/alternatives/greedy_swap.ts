/**
 * greedy-swap: the two buffers of swap-buffer under a test-and-set lock that tries again at once, the shortest lock
 * there is.
 *
 * Lost: two threads that both keep trying pass the lock's cache line back and forth with every message, which costs
 * more than all the pauses of a lock that backs off.
 */
import type { BlockingLock } from "../primitives/mutex.ts";
import type { TwoBuffers } from "../primitives/two_buffers.ts";
import { swapBufferUnder } from "../swap_buffer.ts";

/** Tries before a nap: with more threads than cores the holder may need this thread's core. */
const TRIES = 2_000;
const NAP_MS = 0.05;

class GreedyLock implements BlockingLock {
  readonly #buffers: TwoBuffers;

  constructor(buffers: TwoBuffers) {
    this.#buffers = buffers;
  }

  lock(): void {
    this.lockFor(Infinity);
  }

  lockFor(ms: number): boolean {
    const { words, lockAt } = this.#buffers;
    const deadline = ms === Infinity ? Infinity : performance.now() + ms;
    for (let tries = 1; Atomics.compareExchange(words, lockAt, 0, 1) !== 0; tries++) {
      if (tries === 1) this.#buffers.waits.failedClaims++;
      if (tries % TRIES === 0) {
        Atomics.wait(words, lockAt, 1, NAP_MS);
        this.#buffers.lifecycle.check();
        if (performance.now() >= deadline) return false;
      }
    }
    return true;
  }

  unlock(): void {
    Atomics.store(this.#buffers.words, this.#buffers.lockAt, 0);
  }
}

export const greedySwap = swapBufferUnder((buffers) => new GreedyLock(buffers), false, {
  name: "greedy-swap",
  summary:
    "swap-buffer under a lock that never backs off; lost to the cache line that goes back and forth",
  params: {},
  variants: [],
});
