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
 *     drain=batch      a run is the whole buffer
 *     drain=each       a run is one message, for which the buffers keep lengths: what the swap gains without batching
 *     wake=watermark   a sleeping consumer is woken by half a buffer, or takes what is there after 1 ms
 *     wake=message     it is woken by the first message
 *     wait             what a thread does while the lock is held
 *
 * Blocks: `send` while another thread holds the lock and while the filling buffer is full; `receive` while
 * nothing is there. Allocates: nothing per message; one view a run.
 */
import { LINGER_MS, PollingConsumer } from "./primitives/consumer.ts";
import { type BlockingLock, Mutex, type WaitPolicy } from "./primitives/mutex.ts";
import { TwoBuffers } from "./primitives/two_buffers.ts";
import {
  type BlockingProducer,
  type BlockingStrategy,
  checkLength,
  handoffOver,
  MAX_MESSAGE_BYTES,
  type Params,
} from "./strategy.ts";

/** In front of a message under drain=each: its length. */
const LENGTH_BYTES = 4;

interface SwapTicket {
  memory: SharedArrayBuffer;
  params: Params;
}

function buffersOf({ memory, params }: SwapTicket): TwoBuffers {
  return new TwoBuffers(memory, params.wake === "watermark");
}

/** A thread's view of the lock that is to guard these buffers. */
export type LockOf = (buffers: TwoBuffers, params: Params) => BlockingLock;

const mutexOf: LockOf = ({ words, lockAt, lifecycle, waits }, params) =>
  new Mutex(words, lockAt, lifecycle, waits, params.wait as WaitPolicy);

class SwapConsumer extends PollingConsumer {
  readonly #buffers: TwoBuffers;
  readonly #mutex: BlockingLock;
  readonly #each: boolean;
  /** Under drain=each, the buffer that is being handed out, and how far. */
  #records: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(buffers: TwoBuffers, mutex: BlockingLock, ticket: SwapTicket) {
    super(buffers.lifecycle, buffers.sleeper, ticket.params.wake === "watermark" ? LINGER_MS : 0);
    this.#buffers = buffers;
    this.#mutex = mutex;
    this.#each = ticket.params.drain === "each";
  }

  protected poll(eager: boolean): Uint8Array | null {
    if (!this.#each) return this.#swap(eager);
    if (this.#at === this.#records.length) {
      const records = this.#swap(eager);
      if (records === null) return null;
      this.#records = records;
      this.#at = 0;
    }
    const from = this.#at + LENGTH_BYTES;
    this.#at = from + lengthAt(this.#records, this.#at);
    return this.#records.subarray(from, this.#at);
  }

  #swap(eager: boolean): Uint8Array | null {
    this.#mutex.lock();
    const run = this.#buffers.swap(eager);
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
  readonly #mutex: BlockingLock;
  readonly #length: Uint8Array | null;
  readonly waits;

  constructor(ticket: SwapTicket, lockOf: LockOf) {
    this.#buffers = buffersOf(ticket);
    this.#mutex = lockOf(this.#buffers, ticket.params);
    this.#length = ticket.params.drain === "each" ? new Uint8Array(LENGTH_BYTES) : null;
    this.waits = this.#buffers.waits;
  }

  send(message: Uint8Array): void {
    const length = this.#length === null ? message.length : message.length + LENGTH_BYTES;
    this.#mutex.lock();
    if (!this.#buffers.fits(length)) this.#waitForRoom(length);
    if (this.#length !== null) this.#buffers.append(putLength(this.#length, message.length));
    const wake = this.#buffers.append(message);
    this.#mutex.unlock();
    if (wake) this.#buffers.sleeper.wake();
  }

  sendByte(byte: number): void {
    const length = this.#length === null ? 1 : 1 + LENGTH_BYTES;
    this.#mutex.lock();
    if (!this.#buffers.fits(length)) this.#waitForRoom(length);
    if (this.#length !== null) this.#buffers.append(putLength(this.#length, 1));
    const wake = this.#buffers.appendByte(byte);
    this.#mutex.unlock();
    if (wake) this.#buffers.sleeper.wake();
  }

  /** Holds the lock before and after. */
  #waitForRoom(length: number): void {
    this.#mutex.unlock();
    checkLength(length, this.#buffers.half);
    this.waits.failedClaims++;
    this.#buffers.room.waitUntil(() => {
      this.#mutex.lock();
      if (this.#buffers.fits(length)) return true;
      this.#mutex.unlock();
      this.#buffers.sleeper.wake();
      return false;
    });
  }

  flush(): void {}

  close(): void {
    if (this.#buffers.lifecycle.closeOne()) this.#buffers.sleeper.wake();
  }
}

function putLength(target: Uint8Array, length: number): Uint8Array {
  for (let i = 0; i < LENGTH_BYTES; i++) target[i] = length >>> (8 * i);
  return target;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

const DRAIN_AND_WAKE = {
  drain: {
    help: "batch: a whole buffer in one write; each: one message, one awaited write",
    default: "batch",
    choices: ["batch", "each"],
  },
  wake: {
    help:
      "watermark: the consumer sleeps until half a buffer, at most 1 ms; message: until the first",
    default: "watermark",
    choices: ["watermark", "message"],
  },
} as const;

/** The same two buffers under another lock. */
export function swapBufferUnder(
  lockOf: LockOf,
  { name, summary, params, variants }: Pick<
    BlockingStrategy,
    "name" | "summary" | "params" | "variants"
  >,
): BlockingStrategy {
  return {
    name,
    kind: "blocking",
    summary,
    params: { ...DRAIN_AND_WAKE, ...params },
    variants,
    largestMessage: (capacity) => Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2)),
    open({ producers, workers, capacity, messageBytes, params }) {
      // Lengths do not count against the capacity.
      const stretch = params.drain === "each" ? 1 + LENGTH_BYTES / messageBytes : 1;
      const memory = TwoBuffers.allocate(Math.floor(capacity * stretch));
      const ticket: SwapTicket = { memory, params };
      const buffers = buffersOf(ticket);
      buffers.lifecycle.open(producers);
      const consumer = new SwapConsumer(buffers, lockOf(buffers, params), ticket);
      return handoffOver(name, consumer, workers, ticket, memory.byteLength);
    },
    join: (ticket) => new SwapProducer(ticket.shared as SwapTicket, lockOf),
  };
}

export const swapBuffer = swapBufferUnder(mutexOf, {
  name: "swap-buffer",
  summary:
    "two buffers under a blocking mutex; the consumer swaps them and writes outside the lock",
  params: {
    wait: {
      help: "while the lock is held: try again, sleep, or try a while and then sleep",
      default: "spin-park",
      choices: ["spin", "park", "spin-park"],
    },
  },
  variants: [{}],
});
