/**
 * ticket-swap: the two buffers of swap-buffer under a fair lock. Threads get it in the order in which they asked; they
 * spin for a while and then sleep. After the ticket lock of Mellor-Crummey and Scott (1991).
 *
 *     lock word: next ticket     second lock word: ticket that is served
 *
 * Lost: a thread that has just unlocked must queue behind the other one, so the lock changes hands with every message;
 * and with more threads than cores the thread whose turn it is may be the one that is not running.
 */
import { SLICE_MS } from "../primitives/lifecycle.ts";
import type { BlockingLock } from "../primitives/mutex.ts";
import type { TwoBuffers } from "../primitives/two_buffers.ts";
import { swapBufferUnder } from "../swap_buffer.ts";

/** How often a thread looks before it sleeps. */
const LOOKS = 200;

class TicketMutex implements BlockingLock {
  readonly #buffers: TwoBuffers;
  #ticket: number | null = null;

  constructor(buffers: TwoBuffers) {
    this.#buffers = buffers;
  }

  lock(): void {
    this.lockFor(Infinity);
  }

  /** A place in the queue cannot be given back, so if it was not served in time it is kept for the next call. */
  lockFor(ms: number): boolean {
    const { words, lockAt, secondLockWordAt: servedAt, waits, lifecycle } = this.#buffers;
    const ticket = this.#ticket ?? Atomics.add(words, lockAt, 1);
    const deadline = ms === Infinity ? Infinity : performance.now() + ms;
    for (let looks = 0;; looks++) {
      const served = Atomics.load(words, servedAt);
      if (served === ticket) {
        this.#ticket = null;
        return true;
      }
      if (looks === 0) waits.failedClaims++;
      if (looks < LOOKS) continue;
      waits.parks++;
      Atomics.wait(words, servedAt, served, SLICE_MS);
      lifecycle.check();
      if (performance.now() >= deadline) {
        this.#ticket = ticket;
        return false;
      }
    }
  }

  unlock(): void {
    const { words, lockAt, secondLockWordAt: servedAt } = this.#buffers;
    const served = (Atomics.add(words, servedAt, 1) + 1) | 0;
    // All sleepers, since nothing tells which of them has this ticket.
    if (Atomics.load(words, lockAt) !== served) Atomics.notify(words, servedAt);
  }
}

export const ticketSwap = swapBufferUnder((buffers) => new TicketMutex(buffers), true, {
  name: "ticket-swap",
  summary: "swap-buffer under a fair lock; lost to a change of hands with every message",
  params: {},
  variants: [],
});
