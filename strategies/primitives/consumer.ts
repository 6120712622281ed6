/**
 * The consumer's loop that the strategies share: look for published bytes, sleep while there are none, end
 * when every producer has closed. A strategy adds what "published" means to it.
 */
import type { Consumer } from "../strategy.ts";
import { type Lifecycle, SLICE_MS } from "./lifecycle.ts";
import type { Sleeper } from "./parking.ts";

/** How long a consumer sleeps for a fuller batch before it takes what little is there (ms). */
export const LINGER_MS = 1;

export abstract class PollingConsumer implements Consumer {
  protected readonly lifecycle: Lifecycle;
  protected readonly sleeper: Sleeper;
  readonly #patienceMs: number;
  parks = 0;

  /**
   * @param lingerMs 0 for a strategy whose producers wake the consumer for whatever they publish, else how long
   * it waits for a watermark
   */
  constructor(lifecycle: Lifecycle, sleeper: Sleeper, lingerMs: number) {
    this.lifecycle = lifecycle;
    this.sleeper = sleeper;
    this.#patienceMs = lingerMs === 0 ? SLICE_MS : lingerMs;
  }

  /**
   * The next run of whole messages, or null where nothing is published. Must not wait for a producer's next
   * message.
   * @param eager take what is there; else a strategy with a watermark may leave less than that to grow
   */
  protected abstract poll(eager: boolean): Uint8Array | null;

  /** Give the space of the last run back to the producers. */
  protected abstract release(): void;

  /** Wake whoever is blocked, after `abort`. */
  protected abstract wakeProducers(): void;

  async receive(): Promise<Uint8Array | null> {
    this.release();
    let announced = false;
    let eager = false;
    let sinceTurn = 0;
    for (;;) {
      // In this order: what a producer published before it closed is seen by the poll behind the look.
      const closed = this.lifecycle.allClosed();
      const run = this.poll(eager || closed);
      if (run !== null || closed) {
        if (announced) this.sleeper.withdraw();
        return run;
      }
      this.lifecycle.check();
      if (!announced) {
        this.sleeper.announce();
        announced = true;
        continue;
      }
      this.parks++;
      eager = this.sleeper.sleep(this.#patienceMs);
      announced = false;
      // The thread's event loop gets a turn whenever a slice has passed in silence: a socket that has died
      // or a parent that is gone shows nowhere else.
      if (eager) sinceTurn += this.#patienceMs;
      if (sinceTurn >= SLICE_MS) {
        sinceTurn = 0;
        await eventLoopTurn();
      }
    }
  }

  reopen(producers: number): void {
    this.lifecycle.open(producers);
  }

  abort(): void {
    this.lifecycle.abort();
    this.wakeProducers();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    return receivedRuns(this);
  }
}

/** A consumer's runs for `for await`. */
export async function* receivedRuns(consumer: Consumer): AsyncGenerator<Uint8Array, void, void> {
  for (let run = await consumer.receive(); run !== null; run = await consumer.receive()) yield run;
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
