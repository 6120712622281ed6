/**
 * The consumer's loop that the strategies share: look for published bytes, sleep while there are none, and end when
 * every producer has closed. A strategy adds what "published" means for it.
 */
import type { Consumer, HandoffOptions } from "../strategy.ts";
import { type Lifecycle, producersByWorker, SLICE_MS } from "./lifecycle.ts";
import type { Linger } from "./linger.ts";
import { LostWorkers } from "./lost_workers.ts";
import { HUNGRY, PATIENT, type Sleeper } from "./parking.ts";

/**
 * After this many batches the event loop gets a turn even if more are there. If the consumer's code awaits nothing but
 * promises, no event would ever reach its thread otherwise.
 */
const BATCHES_A_TURN = 256;

/** The answer of a poll that could not look, because another thread has held what it needs for a whole slice. */
export const BUSY = Symbol("busy");

/** The options of a hand-off that its consumer needs. */
export type ConsumerOptions = Pick<HandoffOptions, "workers" | "capacity" | "onLost">;

/** What all consumers share, whether they block their thread or not. */
export abstract class ConsumerBase implements Consumer {
  protected readonly lifecycle: Lifecycle;
  protected readonly lost: LostWorkers;
  readonly #workers: number;
  #failure: Error | null = null;
  /** Set when a Worker has ended early, so that the total of open producers may be off by one. */
  #countEach = false;
  parks = 0;

  constructor(lifecycle: Lifecycle, { workers, capacity, onLost = "fail" }: ConsumerOptions) {
    this.lifecycle = lifecycle;
    this.lost = new LostWorkers(onLost, capacity);
    this.#workers = workers;
  }

  abstract receive(): Promise<Uint8Array | null>;

  /** Wakes all blocked producers, after `abort`. */
  protected abstract wakeProducers(): void;

  reopen(producers: number | readonly number[]): void {
    this.checkUsable();
    this.lifecycle.open(producersByWorker(producers, this.#workers));
  }

  abort(): void {
    this.lifecycle.abort();
    this.wakeProducers();
  }

  workerLost(worker: number, reason: string): void {
    this.#countEach = true;
    const open = this.lifecycle.openOf(worker);
    if (open > 0) this.lost.add(worker, reason, open);
  }

  /** @throws {HandoffAborted} or the error that ended the stream before */
  protected checkUsable(): void {
    if (this.#failure !== null) throw this.#failure;
    this.lifecycle.check();
  }

  /** Whether every producer that is alive has closed. Call it before the poll that is to find the last messages. */
  protected allClosed(): boolean {
    if (this.lifecycle.allClosed()) return true;
    if (!this.#countEach) return false;
    // Each Worker instead of the total, since a Worker may have died between the two words that a close changes.
    for (let worker = 0; worker < this.#workers; worker++) {
      if (!this.lost.has(worker) && !this.hasClosed(worker)) return false;
    }
    return true;
  }

  /** Whether all producers of a Worker have closed, and what they published before can be polled. */
  protected hasClosed(worker: number): boolean {
    return this.lifecycle.openOf(worker) <= 0;
  }

  /** Aborts because of a lost Worker, and throws the error, now and from every later call. */
  protected failIf(error: Error | null): void {
    if (error === null) return;
    this.#failure = error;
    this.abort();
    throw error;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    return receivedBatches(this);
  }
}

/** A consumer that blocks its thread while there is no message. */
export abstract class PollingConsumer extends ConsumerBase {
  protected readonly sleeper: Sleeper;
  readonly #linger: Linger | null;
  /** Bytes received since the last pause was chosen. */
  #found = 0;
  #batchesSinceTurn = 0;

  /** @param linger null for a strategy whose producers wake the consumer for everything that they publish */
  constructor(
    lifecycle: Lifecycle,
    sleeper: Sleeper,
    linger: Linger | null,
    options: ConsumerOptions,
  ) {
    super(lifecycle, options);
    this.sleeper = sleeper;
    this.#linger = linger;
  }

  /**
   * The next batch of whole messages, null if nothing is published, or `BUSY`. Must neither wait for a producer's next
   * message nor longer than `SLICE_MS` for a lock.
   * @param eager take whatever is there; otherwise a strategy with a watermark may leave less than that to grow
   */
  protected abstract poll(eager: boolean): Uint8Array | null | typeof BUSY;

  /** Gives the space of the last batch back to the producers. */
  protected abstract release(): void;

  /** A further batch that belongs to the last poll, before which there is no pause, or null. */
  protected rest(): Uint8Array | null {
    return null;
  }

  /**
   * Called when the consumer is about to sleep until the first message: asks producers to publish what they hold back.
   */
  protected ask(): void {}

  /** Called after a poll that found nothing: whether a place is reserved whose message was not published. */
  protected stalled(): boolean {
    return false;
  }

  async receive(): Promise<Uint8Array | null> {
    this.checkUsable();
    this.release();
    this.failIf(this.lost.overdue());
    if (++this.#batchesSinceTurn === BATCHES_A_TURN) {
      this.#batchesSinceTurn = 0;
      await eventLoopTurn();
      this.checkUsable();
    }
    const rest = this.rest();
    if (rest !== null) return this.#received(rest);
    const pauseMs = this.#pauseMs();
    let announced = false;
    let eager = pauseMs === 0;
    let sinceTurn = 0;
    for (;;) {
      // In this order, the poll sees everything that a producer published before it closed.
      const closed = this.allClosed();
      const batch = this.poll(eager || closed || this.lost.any);
      if (batch !== null && batch !== BUSY) {
        if (announced) this.sleeper.withdraw();
        return this.#received(batch);
      }
      this.lifecycle.check();
      if (this.lost.any) {
        const stalled = batch === BUSY || this.stalled();
        this.failIf(this.lost.verdict({ stalled, closed }));
      }
      if (batch === null && closed) {
        if (announced) this.sleeper.withdraw();
        return null;
      }
      if (batch === BUSY) {
        await eventLoopTurn();
        continue;
      }
      // An eager poll found nothing, so there is no batch that could become fuller.
      const hungry = eager && (this.#linger?.mayBeHungry ?? true);
      if (!announced) {
        this.sleeper.announce(hungry ? HUNGRY : PATIENT);
        if (hungry) this.ask();
        announced = true;
        continue;
      }
      this.parks++;
      const sleepMs = hungry ? SLICE_MS : pauseMs;
      const timedOut = this.sleeper.sleep(hungry ? HUNGRY : PATIENT, sleepMs);
      announced = false;
      eager = timedOut || (this.#linger?.mayBeHungry ?? true);
      // The event loop gets a turn whenever a slice has passed without a message: only there can the thread see that a
      // socket has died, a Worker has ended or its parent is gone.
      if (timedOut) sinceTurn += sleepMs;
      if (sinceTurn >= SLICE_MS) {
        sinceTurn = 0;
        await eventLoopTurn();
      }
    }
  }

  /** How long to wait now for a fuller batch, ms. */
  #pauseMs(): number {
    if (this.#linger === null) return 0;
    this.#linger.follow(this.#found, performance.now());
    this.#found = 0;
    return this.#linger.ms;
  }

  #received(batch: Uint8Array): Uint8Array {
    this.lost.received(batch.length);
    this.#found += batch.length;
    return batch;
  }
}

/** A consumer's batches for `for await`. Leaving the loop early aborts the hand-off. */
async function* receivedBatches(consumer: Consumer): AsyncGenerator<Uint8Array, void, void> {
  let ended = false;
  try {
    for (let batch = await consumer.receive(); batch !== null; batch = await consumer.receive()) {
      yield batch;
    }
    ended = true;
  } finally {
    if (!ended) consumer.abort();
  }
}

/** Resolves after one turn of the thread's event loop. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
