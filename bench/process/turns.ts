/**
 * Turns of the event loop for a consumer that always finds something: its promises resolve without one, and only in a
 * turn can it be seen that a Worker has died or a socket has closed.
 */
import { endIfOrphaned } from "./parent.ts";

/** How often a turn is taken, in ms. A turn costs some µs, so a run is no slower for it, and most runs have none. */
const EVERY_MS = 100;
/** Batches between two looks at the clock, which cost more than taking a short batch does. */
const BATCHES_A_LOOK = 16;

/** Belongs to one thread. */
export class Turns {
  #lastMs = performance.now();
  #batches = 0;
  #parks = 0;

  /**
   * Whether a turn is due; asked after each batch. Neither blocks nor allocates.
   * @param parks times that the consumer has slept: a sleep is long, so the clock is read after each
   */
  due(parks: number): boolean {
    if (++this.#batches < BATCHES_A_LOOK && parks === this.#parks) return false;
    this.#batches = 0;
    this.#parks = parks;
    return performance.now() - this.#lastMs >= EVERY_MS;
  }

  /** Takes a turn. Ends the process where its parent is gone. */
  async take(): Promise<void> {
    endIfOrphaned();
    await new Promise((resolve) => setImmediate(resolve));
    this.#lastMs = performance.now();
  }
}
