/**
 * A fair async lock: tasks get it in the order in which they asked, across threads, as with tokio's mutex. After the
 * ticket lock (Mellor-Crummey and Scott, 1991), with `Atomics.waitAsync` for the waiting.
 *
 *     word 0: next ticket     word 1: ticket that is served
 *
 * Each thread keeps its waiting tasks by ticket. `unlock` serves the next ticket: if that task lives on the same thread
 * it goes on at once, otherwise its thread must be woken. That wake-up, needed for nearly every message once two
 * threads take part, is the price of fairness.
 */
import { type Lifecycle, SLICE_MS } from "./lifecycle.ts";
import type { Waits } from "./waits.ts";

export class TicketLock {
  readonly #words: Int32Array;
  readonly #next: number;
  readonly #served: number;
  readonly #lifecycle: Lifecycle;
  readonly #waits: Waits;
  /** Waiting tasks of this thread by ticket. */
  readonly #waiting = new Map<number, () => void>();
  #watching = false;

  constructor(words: Int32Array, base: number, lifecycle: Lifecycle, waits: Waits) {
    this.#words = words;
    this.#next = base;
    this.#served = base + 1;
    this.#lifecycle = lifecycle;
    this.#waits = waits;
  }

  /** Resolves when this task holds the lock. @throws {HandoffAborted} */
  async lock(): Promise<void> {
    const ticket = Atomics.add(this.#words, this.#next, 1);
    if (Atomics.load(this.#words, this.#served) === ticket) return;
    this.#waits.failedClaims++;
    const turn = new Promise<void>((resolve) => this.#waiting.set(ticket, resolve));
    if (!this.#watching) void this.#watch();
    await turn;
    this.#lifecycle.check();
  }

  /** Only for the holder. */
  unlock(): void {
    const served = (Atomics.add(this.#words, this.#served, 1) + 1) | 0;
    if (!this.#serve(served)) Atomics.notify(this.#words, this.#served);
  }

  #serve(ticket: number): boolean {
    const resume = this.#waiting.get(ticket);
    if (resume === undefined) return false;
    this.#waiting.delete(ticket);
    resume();
    return true;
  }

  /** A single shared-memory wait serves all tasks of the thread. */
  async #watch(): Promise<void> {
    this.#watching = true;
    while (this.#waiting.size > 0) {
      const served = Atomics.load(this.#words, this.#served);
      this.#serve(served);
      if (this.#lifecycle.aborted()) break;
      const since = performance.now();
      const wait = Atomics.waitAsync(this.#words, this.#served, served, SLICE_MS);
      if (!wait.async) continue;
      this.#waits.parks++;
      await wait.value;
      this.#waits.blockedMs += performance.now() - since;
    }
    this.#watching = false;
    if (!this.#lifecycle.aborted()) return;
    // Each `lock` then finds that the hand-off was aborted, and throws.
    for (const resume of this.#waiting.values()) resume();
    this.#waiting.clear();
  }
}
