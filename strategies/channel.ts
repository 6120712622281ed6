/**
 * channel: a bounded multi-producer single-consumer channel of records in a shared ring, after Aeron's many-to-one ring
 * buffer (Thompson, Montgomery).
 *
 * A producer claims a record's place with one atomic add on `tail`, copies its message there, and stores the record's
 * header, which is the message's length, last: a header that is not zero publishes the record. The consumer reads
 * headers from `head` on, and zeroes space before it gives it back, so that old bytes are never taken for a header in a
 * later lap. Claims are served in their order; one that lies beyond the limit waits for the consumer.
 *
 *     words   | tail | head | room (eventcount) | consumer's sleeper |   one cache line each
 *     ring    | length, bytes, pad to 4 | length, bytes, pad to 4 | …            |   a power of two bytes
 *
 * The ring has room for `capacity` bytes of payload in messages of the expected size; headers do not count against the
 * capacity.
 *
 *     drain=each    a batch is one message: the post's serial consumer, which awaits a write for each
 *     drain=batch   a batch is everything that is waiting, gathered
 *
 * Blocks: `send` while its claim lies beyond the limit; `receive` while there is no message. Allocates nothing per
 * message in `send`, one view per batch. If a Worker dies, all messages whose `send` had returned arrive; if it dies
 * between claim and header, nothing goes on.
 */
import { PollingConsumer } from "./primitives/consumer.ts";
import { copyIn, LINE, MAX_MEMORY_BYTES, powerOfTwo, roundUp } from "./primitives/layout.ts";
import { Lifecycle } from "./primitives/lifecycle.ts";
import { EventCount, Sleeper } from "./primitives/parking.ts";
import { Waits } from "./primitives/waits.ts";
import {
  type BlockingProducer,
  type BlockingStrategy,
  checkLength,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
} from "./strategy.ts";

const NAME = "channel";
const TAIL = 0;
const HEAD = LINE;
const ROOM = 2 * LINE;
const SLEEPER = 3 * LINE;
const WORDS = 4 * LINE;
const HEADER_BYTES = 4;
/** The most that a batch gathers; larger writes gain nothing. */
const BATCH_BYTES = 1 << 20;

interface ChannelTicket {
  memory: SharedArrayBuffer;
  /** The most bytes of the ring, headers included, that may be claimed and not given back yet. */
  limit: number;
  largest: number;
}

class Shared {
  readonly words: Int32Array;
  readonly ring: Uint8Array;
  readonly headers: Int32Array;
  readonly mask: number;
  readonly limit: number;
  readonly largest: number;
  readonly lifecycle: Lifecycle;
  readonly waits = new Waits();
  readonly room: EventCount;
  readonly sleeper: Sleeper;

  constructor({ memory, limit, largest }: ChannelTicket, lifecycle: Lifecycle) {
    this.words = new Int32Array(memory, 0, WORDS);
    this.ring = new Uint8Array(memory, WORDS * 4);
    this.headers = new Int32Array(memory, WORDS * 4);
    this.mask = this.ring.length - 1;
    this.limit = limit;
    this.largest = largest;
    this.lifecycle = lifecycle;
    this.room = new EventCount(this.words, ROOM, this.lifecycle, this.waits);
    this.sleeper = new Sleeper(this.words, SLEEPER);
  }
}

function recordBytes(length: number): number {
  return HEADER_BYTES + roundUp(length, 4);
}

class ChannelConsumer extends PollingConsumer {
  readonly #shared: Shared;
  readonly #gathered: Uint8Array;
  readonly #batch: boolean;
  /** Position of the oldest record that was not given back. Positions count bytes modulo 2^32. */
  #head: number;
  /** Position behind the last record of the current batch. */
  #taken: number;
  /** Bytes given back since producers were last woken. */
  #freed = 0;

  constructor(shared: Shared, options: HandoffOptions) {
    super(shared.lifecycle, shared.sleeper, null, options);
    this.#shared = shared;
    this.#gathered = new Uint8Array(Math.min(options.capacity, BATCH_BYTES));
    this.#batch = options.params.drain === "batch";
    this.#head = Atomics.load(shared.words, HEAD);
    this.#taken = this.#head;
  }

  protected poll(): Uint8Array | null {
    return this.#batch ? this.#pollBatch() : this.#pollOne();
  }

  #pollOne(): Uint8Array | null {
    const { headers, mask, ring } = this.#shared;
    const at = this.#taken & mask;
    const length = Atomics.load(headers, at >>> 2);
    if (length === 0) return null;
    this.#taken = (this.#taken + recordBytes(length)) | 0;
    const from = (at + HEADER_BYTES) & mask;
    if (from + length <= ring.length) return ring.subarray(from, from + length);
    this.#gather(0, from, length);
    return this.#gathered.subarray(0, length);
  }

  #pollBatch(): Uint8Array | null {
    const { headers, mask } = this.#shared;
    const ringBytes = mask + 1;
    const room = this.#gathered.length;
    let filled = 0;
    let taken = this.#taken;
    // A full lap ends the batch, since the records that follow are those of the batch itself, which are not zeroed yet.
    while (((taken - this.#head) >>> 0) < ringBytes) {
      const at = taken & mask;
      const length = Atomics.load(headers, at >>> 2);
      if (length === 0 || filled + length > room) break;
      this.#gather(filled, (at + HEADER_BYTES) & mask, length);
      filled += length;
      taken = (taken + recordBytes(length)) | 0;
    }
    this.#taken = taken;
    return filled === 0 ? null : this.#gathered.subarray(0, filled);
  }

  #gather(at: number, from: number, length: number): void {
    const { ring, mask } = this.#shared;
    const gathered = this.#gathered;
    if (length <= 24) {
      for (let i = 0; i < length; i++) gathered[at + i] = ring[(from + i) & mask];
      return;
    }
    const first = Math.min(length, ring.length - from);
    gathered.set(ring.subarray(from, from + first), at);
    if (first < length) gathered.set(ring.subarray(0, length - first), at + first);
  }

  protected release(): void {
    const bytes = (this.#taken - this.#head) | 0;
    if (bytes === 0) return;
    const { words, headers, mask, limit, room } = this.#shared;
    const from = (this.#head & mask) >>> 2;
    const count = bytes >>> 2;
    if (count <= 8) {
      const wordMask = mask >>> 2;
      for (let i = 0; i < count; i++) headers[(from + i) & wordMask] = 0;
    } else {
      headers.fill(0, from, Math.min(from + count, headers.length));
      if (from + count > headers.length) headers.fill(0, 0, from + count - headers.length);
    }
    this.#head = this.#taken;
    Atomics.store(words, HEAD, this.#head);
    // Waking costs microseconds, so blocked producers are woken only once half of the ring has become free, or when
    // nothing is published any more, since then only they can continue.
    this.#freed += bytes;
    const idle = Atomics.load(headers, (this.#head & mask) >>> 2) === 0;
    if ((idle || this.#freed >= limit / 2) && room.hasWaiters()) {
      this.#freed = 0;
      room.advance();
    }
  }

  /** Whether the record at the head is claimed although its header is still missing. */
  protected override stalled(): boolean {
    return Atomics.load(this.#shared.words, TAIL) !== this.#taken;
  }

  protected wakeProducers(): void {
    this.#shared.room.advance();
  }
}

class ChannelProducer implements BlockingProducer {
  readonly #shared: Shared;
  readonly waits: Waits;
  readonly #worker: number;

  constructor(shared: Shared, worker: number) {
    this.#shared = shared;
    this.#worker = worker;
    this.waits = shared.waits;
  }

  send(message: Uint8Array): void {
    const { headers, mask, largest, ring, sleeper } = this.#shared;
    const length = message.length;
    checkLength(length, largest);
    const position = this.#claim(recordBytes(length));
    const from = (position + HEADER_BYTES) & mask;
    if (from + length <= ring.length) {
      copyIn(ring, from, message);
    } else {
      const first = ring.length - from;
      ring.set(message.subarray(0, first), from);
      ring.set(message.subarray(first), 0);
    }
    Atomics.store(headers, (position & mask) >>> 2, length);
    sleeper.wake();
  }

  sendByte(byte: number): void {
    const { headers, mask, ring, sleeper } = this.#shared;
    const position = this.#claim(recordBytes(1));
    ring[(position + HEADER_BYTES) & mask] = byte;
    Atomics.store(headers, (position & mask) >>> 2, 1);
    sleeper.wake();
  }

  /**
   * Returns the position of a record, after waiting for room if there is none. The head is read every time: a
   * remembered one could be 2^32 bytes old, and a full ring would look empty.
   */
  #claim(record: number): number {
    const { words, limit, lifecycle } = this.#shared;
    lifecycle.glance();
    const position = Atomics.add(words, TAIL, record);
    if (((position + record - Atomics.load(words, HEAD)) >>> 0) > limit) {
      this.#waitForRoom(position + record);
    }
    return position;
  }

  #waitForRoom(end: number): void {
    const { words, limit, room } = this.#shared;
    this.waits.failedClaims++;
    room.waitUntil(() => ((end - Atomics.load(words, HEAD)) >>> 0) <= limit);
  }

  flush(): void {
    this.#shared.lifecycle.check();
  }

  close(): void {
    if (this.#shared.lifecycle.closeOne(this.#worker)) this.#shared.sleeper.wake();
  }
}

export const channel: BlockingStrategy = {
  name: NAME,
  kind: "blocking",
  summary: "a bounded MPSC channel of records in a shared ring",
  params: {
    drain: {
      help: "each: one message, one awaited write; batch: all that is there in one write",
      default: "each",
      choices: ["each", "batch"],
    },
  },
  variants: [{ drain: "each" }, { drain: "batch" }],
  largestMessage: (capacity) => Math.min(MAX_MESSAGE_BYTES, capacity),
  capacityRange: (_workers, messageBytes) => ({
    least: messageBytes,
    largest: Math.floor(MAX_MEMORY_BYTES / recordBytes(messageBytes)) * messageBytes,
  }),
  open(options: HandoffOptions) {
    const { capacity, messageBytes, firstPosition = 0 } = options;
    const records = Math.max(1, Math.floor(capacity / messageBytes));
    const largest = Math.min(MAX_MESSAGE_BYTES, capacity);
    const limit = Math.max(records * recordBytes(messageBytes), recordBytes(largest));
    const memory = new SharedArrayBuffer(WORDS * 4 + powerOfTwo(limit));
    const ticket: ChannelTicket = { memory, limit, largest };
    const lifecycle = lifeOf(options);
    const shared = new Shared(ticket, lifecycle);
    for (const at of [TAIL, HEAD, ROOM]) shared.words[at] = firstPosition;
    return makeHandoff({
      strategy: NAME,
      options,
      consumer: new ChannelConsumer(shared, options),
      lifecycle,
      sharedOf: () => ticket,
      sharedBytes: memory.byteLength,
    });
  },
  join({ shared, life, worker }) {
    return new ChannelProducer(
      new Shared(shared as ChannelTicket, new Lifecycle(life)),
      worker,
    );
  },
};
