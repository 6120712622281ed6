/**
 * async-lock: the two buffers of swap-buffer under an async mutex, awaited for every message: the post's
 * `tokio::sync::Mutex`.
 *
 * The algorithm is swap-buffer's; only waiting differs. No thread ever blocks: where the lock is held or the
 * buffer full, the task awaits `Atomics.waitAsync` and the thread's other producers go on.
 *
 *     words   | lifecycle | mutex, filling, fill | room (eventcount) | consumer's sleeper |
 *     bytes   | buffer 0: capacity / 2                | buffer 1: capacity / 2            |
 *
 * Blocks: never. Allocates: a promise a message, which is the point of it; one view a run. A pending
 * `waitAsync` keeps no process alive: hold a timer or a socket meanwhile.
 */
import { AsyncMutex } from "./primitives/async_mutex.ts";
import { receivedRuns } from "./primitives/consumer.ts";
import { TwoBuffers } from "./primitives/two_buffers.ts";
import {
  type AsyncProducer,
  type AsyncStrategy,
  checkLength,
  type Consumer,
  handoffOver,
  MAX_MESSAGE_BYTES,
} from "./strategy.ts";

const NAME = "async-lock";

class AsyncLockConsumer implements Consumer {
  readonly #buffers: TwoBuffers;
  readonly #mutex: AsyncMutex;

  constructor(buffers: TwoBuffers) {
    this.#buffers = buffers;
    this.#mutex = new AsyncMutex(buffers.words, buffers.lockAt, buffers.lifecycle);
  }

  async receive(): Promise<Uint8Array | null> {
    const { lifecycle, sleeper } = this.#buffers;
    let announced = false;
    for (;;) {
      const closed = lifecycle.allClosed();
      const run = await this.#swap();
      if (run !== null || closed) {
        if (announced) sleeper.withdraw();
        return run;
      }
      lifecycle.check();
      if (announced) await sleeper.sleepAsync();
      else sleeper.announce();
      announced = !announced;
    }
  }

  async #swap(): Promise<Uint8Array | null> {
    for (let slept = false; !this.#mutex.tryLock(slept); slept = true) await this.#mutex.released();
    const run = this.#buffers.swap();
    this.#mutex.unlock();
    if (run !== null && this.#buffers.room.hasWaiters()) this.#buffers.room.advance();
    return run;
  }

  reopen(producers: number): void {
    this.#buffers.lifecycle.open(producers);
  }

  abort(): void {
    this.#buffers.lifecycle.abort();
    this.#buffers.room.advance();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    return receivedRuns(this);
  }
}

class AsyncLockProducer implements AsyncProducer {
  readonly #buffers: TwoBuffers;
  readonly #mutex: AsyncMutex;
  /** One wait for room serves all tasks of the thread. */
  #roomSoon: Promise<void> | null = null;

  constructor(buffers: TwoBuffers) {
    this.#buffers = buffers;
    this.#mutex = new AsyncMutex(buffers.words, buffers.lockAt, buffers.lifecycle);
  }

  async send(message: Uint8Array): Promise<void> {
    for (let slept = false;;) {
      if (!this.#mutex.tryLock(slept)) {
        await this.#mutex.released();
        slept = true;
        continue;
      }
      if (this.#buffers.fits(message.length)) break;
      this.#mutex.unlock();
      checkLength(message.length, this.#buffers.half);
      await (this.#roomSoon ??= this.#roomFor(message.length));
      slept = false;
    }
    const wake = this.#buffers.append(message);
    this.#mutex.unlock();
    if (wake) this.#buffers.sleeper.wake();
  }

  async #roomFor(length: number): Promise<void> {
    try {
      await this.#buffers.room.waitUntilAsync(() => this.#buffers.mayFit(length));
    } finally {
      this.#roomSoon = null;
    }
  }

  close(): Promise<void> {
    if (this.#buffers.lifecycle.closeOne()) this.#buffers.sleeper.wake();
    return Promise.resolve();
  }
}

export const asyncLock: AsyncStrategy = {
  name: NAME,
  kind: "async",
  summary: "the same two buffers under an async mutex, awaited for every message",
  params: {},
  variants: [{}],
  largestMessage: (capacity) => Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2)),
  open({ producers, workers, capacity }) {
    const memory = TwoBuffers.allocate(capacity);
    const buffers = new TwoBuffers(memory);
    buffers.lifecycle.open(producers);
    return handoffOver(NAME, new AsyncLockConsumer(buffers), workers, memory, memory.byteLength);
  },
  join: (ticket) => new AsyncLockProducer(new TwoBuffers(ticket.shared as SharedArrayBuffer)),
};
