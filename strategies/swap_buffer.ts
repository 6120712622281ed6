/**
 * swap-buffer: two buffers under a blocking mutex, the post's `std::sync::Mutex<Vec<u8>>`.
 *
 * A producer locks, appends its message to the filling buffer, unlocks. The consumer locks, swaps the two
 * buffers, unlocks, and writes the full one outside the lock. Unlike in the post's code the swapped-in buffer
 * starts empty, and a full one blocks its producers.
 *
 *     words   | lifecycle | mutex, filling, fill | room (eventcount) | consumer's sleeper |
 *     bytes   | buffer 0: capacity / 2                | buffer 1: capacity / 2            |
 *
 * Blocks: `send` while another thread holds the lock and while the filling buffer is full; `receive` while
 * nothing is there. Allocates: nothing per message; one view a run.
 */
import { PollingConsumer } from "./primitives/consumer.ts";
import { Mutex } from "./primitives/mutex.ts";
import { TwoBuffers } from "./primitives/two_buffers.ts";
import {
  type BlockingProducer,
  type BlockingStrategy,
  checkLength,
  handoffOver,
  MAX_MESSAGE_BYTES,
} from "./strategy.ts";

const NAME = "swap-buffer";

class SwapConsumer extends PollingConsumer {
  readonly #buffers: TwoBuffers;
  readonly #mutex: Mutex;

  constructor(buffers: TwoBuffers) {
    super(buffers.lifecycle, buffers.sleeper);
    this.#buffers = buffers;
    this.#mutex = new Mutex(buffers.words, buffers.lockAt, buffers.lifecycle);
  }

  protected poll(): Uint8Array | null {
    this.#mutex.lock();
    const run = this.#buffers.swap();
    this.#mutex.unlock();
    if (run !== null && this.#buffers.room.hasWaiters()) this.#buffers.room.advance();
    return run;
  }

  /** The buffer that was written is empty by the next swap. */
  protected release(): void {}

  protected wakeProducers(): void {
    this.#buffers.room.advance();
  }
}

class SwapProducer implements BlockingProducer {
  readonly #buffers: TwoBuffers;
  readonly #mutex: Mutex;

  constructor(buffers: TwoBuffers) {
    this.#buffers = buffers;
    this.#mutex = new Mutex(buffers.words, buffers.lockAt, buffers.lifecycle);
  }

  send(message: Uint8Array): void {
    this.#mutex.lock();
    if (!this.#buffers.fits(message.length)) this.#waitForRoom(message.length);
    const wake = this.#buffers.append(message);
    this.#mutex.unlock();
    if (wake) this.#buffers.sleeper.wake();
  }

  /** Holds the lock before and after. */
  #waitForRoom(length: number): void {
    this.#mutex.unlock();
    checkLength(length, this.#buffers.half);
    this.#buffers.room.waitUntil(() => {
      this.#mutex.lock();
      if (this.#buffers.fits(length)) return true;
      this.#mutex.unlock();
      return false;
    });
  }

  flush(): void {}

  close(): void {
    if (this.#buffers.lifecycle.closeOne()) this.#buffers.sleeper.wake();
  }
}

export const swapBuffer: BlockingStrategy = {
  name: NAME,
  kind: "blocking",
  summary:
    "two buffers under a blocking mutex; the consumer swaps them and writes outside the lock",
  params: {},
  variants: [{}],
  largestMessage: (capacity) => Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2)),
  open({ producers, workers, capacity }) {
    const memory = TwoBuffers.allocate(capacity);
    const buffers = new TwoBuffers(memory);
    buffers.lifecycle.open(producers);
    return handoffOver(NAME, new SwapConsumer(buffers), workers, memory, memory.byteLength);
  },
  join: (ticket) => new SwapProducer(new TwoBuffers(ticket.shared as SharedArrayBuffer)),
};
