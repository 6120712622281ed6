/**
 * Turns of the event loop for a consumer that always finds something: its promises resolve without one, and a
 * Worker that died or a socket that closed shows nowhere else.
 */
import { endIfOrphaned } from "./parent.ts";

/** How often, in ms. A turn costs some µs, so a run is no slower for it, and most have none. */
const EVERY_MS = 100;
/** Runs of bytes between two looks at the clock, which costs more than taking a short one does. */
const RUNS_A_LOOK = 16;

/** Belongs to one thread. */
export class Turns {
  #lastMs = performance.now();
  #runs = 0;
  #parks = 0;

  /**
   * Whether a turn is due, asked after each run of bytes. Neither blocks nor allocates.
   * @param parks times that the consumer has slept: a sleep is long, so the clock is looked at behind each
   */
  due(parks: number): boolean {
    if (++this.#runs < RUNS_A_LOOK && parks === this.#parks) return false;
    this.#runs = 0;
    this.#parks = parks;
    return performance.now() - this.#lastMs >= EVERY_MS;
  }

  /** Resolves behind the next turn, in a process whose parent still lives. */
  async take(): Promise<void> {
    endIfOrphaned();
    await new Promise((resolve) => setImmediate(resolve));
    this.#lastMs = performance.now();
  }
}
