/**
 * swap-buffer: two buffers under a blocking mutex, the post's `std::sync::Mutex<Vec<u8>>`.
 *
 * A producer locks, appends its message to the filling buffer, and unlocks. The consumer locks, swaps the two buffers,
 * unlocks, and writes the full one outside the lock. Unlike in the post's code, the swapped-in buffer starts empty, and
 * a full one blocks its producers.
 *
 *     words   | mutex, filling, fill | room (eventcount) | consumer's sleeper |
 *     bytes   | buffer 0: capacity / 2                | buffer 1: capacity / 2            |
 *
 *     drain=batch      a batch is the whole buffer
 *     drain=each       a batch is one message, for which the buffers store lengths: shows what the swap gains without
 *                      batching
 *     wake, linger     when a sleeping consumer is woken (`primitives/linger.ts`); the watermark is half a buffer
 *     wait             what a thread does while the lock is held
 *     overflow         drop-newest: the message that finds the filling buffer full; drop-oldest: all that waits in
 *                      the filling buffer, up to half of the capacity at a time, since nothing says where in it
 *                      a message ends. A batch that the consumer has taken is never dropped
 *
 * Blocks: `send` while another thread holds the lock and, unless it may drop, while the filling buffer is full;
 * `receive` while there is no message. Allocates nothing per message, one view per batch, and one copy of what
 * drop-oldest drops. If a Worker dies, all messages whose `send` had returned arrive; if it held the lock, nothing goes
 * on.
 */
import { BUSY, PollingConsumer } from "./primitives/consumer.ts";
import { MAX_MEMORY_BYTES } from "./primitives/layout.ts";
import { Lifecycle, SLICE_MS } from "./primitives/lifecycle.ts";
import { Linger, LINGER_PARAMS } from "./primitives/linger.ts";
import { type BlockingLock, Mutex, type WaitPolicy } from "./primitives/mutex.ts";
import { TwoBuffers } from "./primitives/two_buffers.ts";
import {
  type BlockingProducer,
  type BlockingStrategy,
  checkLength,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
  type OnDropped,
  overflowParam,
  type Params,
  requireOnDropped,
  type Ticket,
} from "./strategy.ts";

/** Bytes in front of each message under drain=each, which store its length. */
const LENGTH_BYTES = 4;

interface SwapTicket {
  memory: SharedArrayBuffer;
  /** The longest message, in bytes. */
  largest: number;
  params: Params;
}

/** Makes a thread's view of the lock that guards these buffers. */
export type LockOf = (buffers: TwoBuffers, params: Params) => BlockingLock;

const mutexOf: LockOf = ({ words, lockAt, lifecycle, waits }, params) =>
  new Mutex(words, lockAt, lifecycle, waits, params.wait as WaitPolicy);

class SwapConsumer extends PollingConsumer {
  readonly #buffers: TwoBuffers;
  readonly #mutex: BlockingLock;
  readonly #each: boolean;
  /** Under drain=each: the buffer that is being handed out, and the position of its next message. */
  #records: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(buffers: TwoBuffers, mutex: BlockingLock, options: HandoffOptions) {
    super(buffers.lifecycle, buffers.sleeper, Linger.of(options.params), options);
    this.#buffers = buffers;
    this.#mutex = mutex;
    this.#each = options.params.drain === "each";
  }

  protected poll(eager: boolean): Uint8Array | null | typeof BUSY {
    if (!this.#each) return this.#swap(eager);
    if (this.#at === this.#records.length) {
      const records = this.#swap(eager);
      if (records === null || records === BUSY) return records;
      this.#records = records;
      this.#at = 0;
    }
    const from = this.#at + LENGTH_BYTES;
    this.#at = from + lengthAt(this.#records, this.#at);
    return this.#records.subarray(from, this.#at);
  }

  #swap(eager: boolean): Uint8Array | null | typeof BUSY {
    if (!this.#mutex.lockFor(SLICE_MS)) return BUSY;
    const batch = this.#buffers.swap(eager);
    this.#mutex.unlock();
    if (batch !== null && this.#buffers.room.hasWaiters()) this.#buffers.room.advance();
    return batch;
  }

  /** The buffer that was written is emptied by the next swap. */
  protected release(): void {}

  protected wakeProducers(): void {
    this.#buffers.room.advance();
  }
}

class SwapProducer implements BlockingProducer {
  readonly #buffers: TwoBuffers;
  readonly #mutex: BlockingLock;
  readonly #length: Uint8Array | null;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #largest: number;
  readonly #onDropped: OnDropped | null;
  readonly #dropsOldest: boolean;
  readonly waits;

  constructor(ticket: Ticket, lockOf: LockOf, onDropped?: OnDropped) {
    const shared = ticket.shared as SwapTicket;
    const { overflow = "block" } = shared.params;
    requireOnDropped(shared.params, onDropped);
    this.#onDropped = overflow === "block" ? null : onDropped!;
    this.#dropsOldest = overflow === "drop-oldest";
    this.#lifecycle = new Lifecycle(ticket.life);
    this.#buffers = new TwoBuffers(shared.memory, this.#lifecycle);
    this.#mutex = lockOf(this.#buffers, shared.params);
    this.#length = shared.params.drain === "each" ? new Uint8Array(LENGTH_BYTES) : null;
    this.#worker = ticket.worker;
    this.#largest = shared.largest;
    this.waits = this.#buffers.waits;
  }

  send(message: Uint8Array): void {
    checkLength(message.length, this.#largest);
    this.#lifecycle.glance();
    const length = this.#length === null ? message.length : message.length + LENGTH_BYTES;
    this.#mutex.lock();
    if (!this.#buffers.fits(length)) {
      if (this.#onDropped !== null) return this.#drop(message);
      this.#waitForRoom(length);
    }
    this.#append(message);
  }

  /** Called with the lock held, which it releases. */
  #append(message: Uint8Array): void {
    if (this.#length !== null) this.#buffers.append(putLength(this.#length, message.length));
    const wake = this.#buffers.append(message);
    this.#mutex.unlock();
    if (wake) this.#buffers.sleeper.wake();
  }

  sendByte(byte: number): void {
    this.#lifecycle.glance();
    const length = this.#length === null ? 1 : 1 + LENGTH_BYTES;
    this.#mutex.lock();
    if (!this.#buffers.fits(length)) {
      if (this.#onDropped !== null) return this.#drop(Uint8Array.of(byte));
      this.#waitForRoom(length);
    }
    if (this.#length !== null) this.#buffers.append(putLength(this.#length, 1));
    const wake = this.#buffers.appendByte(byte);
    this.#mutex.unlock();
    if (wake) this.#buffers.sleeper.wake();
  }

  /**
   * Handles a message for which there is no room. Called with the lock held, which it releases before it calls
   * `onDropped`, so that this may take its time.
   */
  #drop(message: Uint8Array): void {
    this.waits.failedClaims++;
    if (!this.#dropsOldest) {
      this.#mutex.unlock();
      this.#buffers.sleeper.wake();
      return this.#onDropped!(message);
    }
    const discarded = this.#buffers.discard();
    this.#append(message);
    this.#onDropped!(this.#length === null ? discarded : withoutLengths(discarded));
  }

  /** Called with the lock held, which is held again when it returns. */
  #waitForRoom(length: number): void {
    this.#mutex.unlock();
    this.waits.failedClaims++;
    this.#buffers.room.waitUntil(() => {
      this.#mutex.lock();
      if (this.#buffers.fits(length)) return true;
      this.#mutex.unlock();
      this.#buffers.sleeper.wake();
      return false;
    });
  }

  flush(): void {
    this.#lifecycle.check();
  }

  close(): void {
    if (this.#lifecycle.closeOne(this.#worker)) this.#buffers.sleeper.wake();
  }
}

function putLength(target: Uint8Array, length: number): Uint8Array {
  for (let i = 0; i < LENGTH_BYTES; i++) target[i] = length >>> (8 * i);
  return target;
}

/** The messages of these records without their lengths, moved together in place. */
function withoutLengths(records: Uint8Array): Uint8Array {
  let end = 0;
  for (let at = 0; at < records.length;) {
    const from = at + LENGTH_BYTES;
    at = from + lengthAt(records, at);
    records.copyWithin(end, from, at);
    end += at - from;
  }
  return records.subarray(0, end);
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

function largestMessage(capacity: number): number {
  return Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2));
}

const DRAIN_AND_LINGER = {
  drain: {
    help: "batch: a whole buffer in one write; each: one message, one awaited write",
    default: "batch",
    choices: ["batch", "each"],
  },
  ...LINGER_PARAMS,
  ...overflowParam("drop-newest", "drop-oldest"),
} as const;

/**
 * The same two buffers under another lock.
 * @param lockGoesRound whether the lock's words are counters that wrap
 */
export function swapBufferUnder(
  lockOf: LockOf,
  lockGoesRound: boolean,
  { name, summary, params, variants }: Pick<
    BlockingStrategy,
    "name" | "summary" | "params" | "variants"
  >,
): BlockingStrategy {
  return {
    name,
    kind: "blocking",
    summary,
    params: { ...DRAIN_AND_LINGER, ...params },
    variants,
    largestMessage,
    capacityRange: (_workers, messageBytes) => ({
      least: 2 * messageBytes,
      largest: Math.floor(MAX_MEMORY_BYTES / (messageBytes + LENGTH_BYTES)) * messageBytes,
    }),
    open(options) {
      const { capacity, messageBytes, params, firstPosition = 0 } = options;
      const largest = largestMessage(capacity);
      // Lengths do not count against the capacity, and the longest message fits together with its own.
      const memory = TwoBuffers.allocate(
        params.drain === "each"
          ? Math.max(
            Math.ceil(capacity * (1 + LENGTH_BYTES / messageBytes)),
            2 * (largest + LENGTH_BYTES),
          )
          : capacity,
      );
      const ticket: SwapTicket = { memory, largest, params };
      const lifecycle = lifeOf(options);
      const buffers = new TwoBuffers(memory, lifecycle);
      buffers.startAt(firstPosition, lockGoesRound);
      return makeHandoff({
        strategy: name,
        options,
        consumer: new SwapConsumer(buffers, lockOf(buffers, params), options),
        lifecycle,
        sharedOf: () => ticket,
        sharedBytes: memory.byteLength,
      });
    },
    join: (ticket, onDropped) => new SwapProducer(ticket, lockOf, onDropped),
  };
}

export const swapBuffer = swapBufferUnder(mutexOf, false, {
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
