/**
 * sharded-rings: one single-producer single-consumer byte ring per Worker; nothing is shared between producers of
 * different threads, so there is nothing to contend for.
 *
 * Each ring is a bip buffer (Simon Cooke, 2003; its lock-free form by Andrea Lattuada and James Munns, 2019): a
 * message that does not fit behind the last one goes to the front of the ring, and `last` says where the bytes
 * before it end. So every message is contiguous, and the consumer writes straight from the ring: the
 * producer's copy into it is the only one.
 *
 *     words, a ring   | write, last | read, look | room (eventcount) |   one cache line each
 *     words           | consumer's sleeper |
 *     bytes, a ring   | capacity / workers |
 *
 *           0      write     read       last    size
 *           | new   |  free   |  old     |       |        write < read: a lap ahead
 *
 * Both sides work on cached indices: a producer looks at `read` only when its room is used up.
 *
 * An atomic store for every message would cost more than everything else about a short one. So after the consumer has
 * looked into its ring (`look` says so), a producer publishes the next 64 messages one by one, and later ones in small
 * groups until the consumer looks again. What a group holds back is published by the next message after that look, when
 * the ring is full, at close, by `flush()`, and when the thread's event loop turns.
 *
 *     publish=N      messages of a group at most, of 256 bytes at most (1: every message is published by itself)
 *     wake, linger   when a sleeping consumer is woken (`primitives/linger.ts`): one that pauses is woken to
 *                    look by every quarter of a ring, and half a ring ends the pause
 *     overflow       drop-newest: the message for which the ring has no room
 *
 * One thing is left to the caller: a producer that sends over 64 short messages between two looks of the consumer, and
 * then for long neither sends nor gives the event loop a turn, must call `flush()` first; else up to 255 bytes of its
 * last messages wait as long. (`wake=watermark` always groups, without a limit in bytes.)
 *
 * Whenever the consumer takes a ring it takes all others, too, whatever they hold: a busy one cannot starve a quiet
 * one.
 *
 * Blocks: `send` while the ring is full, unless it may drop; `receive` while nothing is there. Allocates: nothing per
 * message; one view per batch. Of a Worker that dies all messages arrive that were published; what it held back is lost
 * with it, and nobody else is touched.
 */
import { PollingConsumer } from "./primitives/consumer.ts";
import { copyIn, LINE, MAX_MEMORY_BYTES } from "./primitives/layout.ts";
import { Lifecycle } from "./primitives/lifecycle.ts";
import { Linger, LINGER_PARAMS } from "./primitives/linger.ts";
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
  type OnDropped,
  overflowParam,
  type Params,
  requireOnDropped,
  type Ticket,
} from "./strategy.ts";

const NAME = "sharded-rings";
const SLEEPER = 0;
const SHARED_WORDS = LINE;
/** Of one ring, from its first word on. */
const WRITE = 0;
const LAST = 1;
const READ = LINE;
const LOOK = LINE + 1;
const ROOM = 2 * LINE;
const RING_WORDS = 3 * LINE;
/** So many messages are published one by one once the consumer has taken what there was. */
const SINGLES = 64;
/** What a group may hold back, in bytes; a message of that size is published by itself. */
const GROUP_BYTES = 256;
/** Behind every ring, and an integer. */
const NEVER = 0x7fff_ffff;

interface RingTicket {
  memory: SharedArrayBuffer;
  workers: number;
  publish: number;
  params: Params;
  /** Groups whatever the consumer does, and of any number of bytes. */
  patient: boolean;
}

/** One ring's memory as one thread sees it. */
class Ring {
  readonly words: Int32Array;
  readonly write: number;
  readonly last: number;
  readonly read: number;
  /**
   * Not 0: the producer is to look up before its next message: the consumer has been here, or the hand-off is aborted.
   */
  readonly look: number;
  readonly roomAt: number;
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly room: EventCount;

  constructor(
    memory: SharedArrayBuffer,
    worker: number,
    workers: number,
    lifecycle: Lifecycle,
    waits: Waits,
  ) {
    const wordCount = SHARED_WORDS + workers * RING_WORDS;
    const base = SHARED_WORDS + worker * RING_WORDS;
    this.words = new Int32Array(memory, 0, wordCount);
    this.write = base + WRITE;
    this.last = base + LAST;
    this.read = base + READ;
    this.look = base + LOOK;
    this.size = ((memory.byteLength - wordCount * 4) / workers) | 0;
    this.bytes = new Uint8Array(memory, wordCount * 4 + worker * this.size, this.size);
    this.roomAt = base + ROOM;
    this.room = new EventCount(this.words, this.roomAt, lifecycle, waits);
  }

  static memoryBytes(workers: number, size: number): number {
    return (SHARED_WORDS + workers * RING_WORDS) * 4 + workers * size;
  }
}

/** A ring as its consumer reads it. */
class RingReader {
  readonly #ring: Ring;
  #read = 0;
  /** Behind the current batch. */
  #taken = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** The bytes that lie ready in one piece, or null. */
  take(): Uint8Array | null {
    const { words, bytes } = this.#ring;
    const write = Atomics.load(words, this.#ring.write);
    const lapped = write < this.#read;
    if (lapped && this.#read === words[this.#ring.last]) this.#read = 0;
    const end = write < this.#read ? words[this.#ring.last] : write;
    if (end === this.#read) return null;
    this.#taken = end;
    this.ask();
    return bytes.subarray(this.#read, end);
  }

  /** Give the taken bytes back. */
  release(): void {
    const { words, room } = this.#ring;
    this.#read = this.#taken;
    Atomics.store(words, this.#ring.read, this.#read);
    if (room.hasWaiters()) room.advance();
  }

  /** Whether so much waits that a pause is over; the producer has filled the ring where it waits itself. */
  isReady(): boolean {
    const { words, size, room } = this.#ring;
    const write = Atomics.load(words, this.#ring.write);
    const waiting = write < this.#read ? size - this.#read + write : write - this.#read;
    return waiting >= size / 2 || room.hasWaiters();
  }

  /** The producer is to publish its next messages by themselves. */
  ask(): void {
    Atomics.store(this.#ring.words, this.#ring.look, 1);
  }

  wakeProducer(): void {
    this.ask();
    this.#ring.room.advance();
  }
}

class RingsConsumer extends PollingConsumer {
  readonly #readers: readonly RingReader[];
  /** The ring to look at next. */
  #turn = 0;
  /** Rings that the last poll has not come to yet. */
  #left = 0;
  #current: RingReader | null = null;

  constructor(
    lifecycle: Lifecycle,
    sleeper: Sleeper,
    readers: readonly RingReader[],
    options: HandoffOptions,
  ) {
    super(lifecycle, sleeper, Linger.of(options.params), options);
    this.#readers = readers;
  }

  protected poll(eager: boolean): Uint8Array | null {
    if (!eager && !this.#readers.some((reader) => reader.isReady())) return null;
    this.#left = this.#readers.length;
    return this.rest();
  }

  protected override rest(): Uint8Array | null {
    const readers = this.#readers;
    while (this.#left > 0) {
      this.#left--;
      const reader = readers[this.#turn];
      this.#turn = this.#turn + 1 === readers.length ? 0 : this.#turn + 1;
      const batch = reader.take();
      if (batch !== null) {
        this.#current = reader;
        return batch;
      }
    }
    return null;
  }

  protected release(): void {
    this.#current?.release();
    this.#current = null;
  }

  /** Anew: a flush that had nothing to publish may have taken the last one. */
  protected override ask(): void {
    for (const reader of this.#readers) reader.ask();
  }

  protected wakeProducers(): void {
    for (const reader of this.#readers) reader.wakeProducer();
  }
}

/**
 * Every index is made an integer by `| 0`: JavaScriptCore goes on with a double where one has come from a division,
 * from `Infinity`, or from a sum that might not fit, and then a one-byte message takes twice as long.
 */
class RingProducer implements BlockingProducer {
  readonly #ring: Ring;
  readonly #bytes: Uint8Array;
  readonly #publish: number;
  readonly #largest: number;
  readonly #watermark: number;
  readonly #patient: boolean;
  readonly #lifecycle: Lifecycle;
  /** Of the ring, one step nearer: every byte looks there. */
  readonly #words: Int32Array;
  readonly #look: number;
  readonly #worker: number;
  readonly #sleeper: Sleeper;
  readonly waits = new Waits();
  /** Where the next message goes. */
  #write = 0;
  /** Up to where it may reach without a look at the consumer's index. */
  #limit: number;
  /** Where `write` will be at the next publication if every message until then has one byte. */
  #publishAt = 1;
  /** Where it is published whatever the number of messages. */
  #publishBy = 1;
  /** Up to where one-byte messages need nothing but their store: what comes there publishes, or finds no room. */
  #stop = 0;
  /** Where `write` was when the consumer was last looked at, for the watermark. */
  #wokenAt = 0;
  /** Messages that are still to be published one by one. */
  #singles = SINGLES;
  #flushesSoon = false;

  /** Null: `send` waits for room. */
  readonly #onDropped: OnDropped | null;

  constructor({ life, worker, shared }: Ticket, onDropped?: OnDropped) {
    const { memory, workers, publish, params, patient } = shared as RingTicket;
    requireOnDropped(params, onDropped);
    this.#onDropped = params.overflow === "drop-newest" ? onDropped! : null;
    const words = new Int32Array(memory, 0, SHARED_WORDS);
    this.#lifecycle = new Lifecycle(life);
    this.#worker = worker;
    this.#sleeper = new Sleeper(words, SLEEPER);
    this.#ring = new Ring(memory, worker, workers, this.#lifecycle, this.waits);
    this.#bytes = this.#ring.bytes;
    this.#words = this.#ring.words;
    this.#look = this.#ring.look;
    this.#publish = publish | 0;
    this.#patient = patient;
    this.#limit = this.#ring.size;
    this.#largest = largestOf(this.#ring.size);
    this.#watermark = this.#ring.size >>> 2;
  }

  send(message: Uint8Array): void {
    const length = message.length;
    checkLength(length, this.#largest);
    this.#lifecycle.glance();
    if (this.#write + length > this.#limit && !this.#makeRoom(length)) {
      return this.#onDropped!(message);
    }
    copyIn(this.#bytes, this.#write, message);
    this.#wrote(length);
  }

  /** A message in the middle of a group is two comparisons and two stores, compiled into the caller. */
  sendByte(byte: number): void {
    const at = this.#write;
    if (at < this.#stop && this.#words[this.#look] === 0) {
      this.#bytes[at] = byte;
      this.#write = (at + 1) | 0;
    } else {
      this.#sendByteSlowly(byte);
    }
  }

  #sendByteSlowly(byte: number): void {
    this.#lifecycle.glance();
    if (this.#write >= this.#limit && !this.#makeRoom(1)) {
      return this.#onDropped!(Uint8Array.of(byte));
    }
    this.#bytes[this.#write] = byte;
    this.#wrote(1);
  }

  #wrote(length: number): void {
    this.#write = (this.#write + length) | 0;
    this.#publishAt = (this.#publishAt + length - 1) | 0;
    const due = Math.min(this.#publishAt, this.#publishBy) | 0;
    const asked = this.#words[this.#look] !== 0 && !this.#patient;
    if (this.#write >= due || asked) {
      this.#publishAll();
    } else {
      this.#stop = Math.min(this.#limit, due - 1) | 0;
      if (!this.#flushesSoon) this.#flushSoon();
    }
  }

  flush(): void {
    this.#lifecycle.check();
    this.#publishAll();
  }

  #publishAll(): void {
    const write = this.#write;
    Atomics.store(this.#words, this.#ring.write, write);
    // In this order: a consumer that has missed the message is about to sleep, and has asked before it looked again.
    const asked = Atomics.load(this.#words, this.#look) !== 0;
    if (asked) {
      Atomics.store(this.#words, this.#look, 0);
      this.#singles = SINGLES;
    } else if (this.#singles > 0) {
      this.#singles--;
    }
    const group = this.#patient || this.#singles === 0 ? this.#publish : 1;
    this.#publishAt = (write + group) | 0;
    this.#publishBy = this.#patient ? NEVER : (write + GROUP_BYTES) | 0;
    // Where no flush is on its way the next message comes here again, which sees to it.
    this.#stop = this.#flushesSoon
      ? Math.min(this.#limit, write + Math.min(group, GROUP_BYTES) - 1) | 0
      : 0;
    // One look for every quarter of the ring where the consumer lets it fill: it wakes by itself after its pause.
    const watermark = write - this.#wokenAt >= this.#watermark || write < this.#wokenAt;
    if (watermark) this.#wokenAt = write;
    if (watermark || (asked && this.#sleeper.isHungry())) this.#sleeper.wake();
  }

  #flushSoon(): void {
    this.#flushesSoon = true;
    setImmediate(() => {
      this.#flushesSoon = false;
      this.#publishAll();
      // So that the next message takes the slow way, which comes here again.
      this.#stop = 0;
    });
  }

  /**
   * Leaves `write` where `length` bytes fit in one piece, after waiting for them where it must. False where the
   * message is to be dropped instead.
   */
  #makeRoom(length: number): boolean {
    if (this.#findRoom(length)) return true;
    this.#publishAll();
    this.waits.failedClaims++;
    if (this.#onDropped !== null) {
      this.#sleeper.wake();
      return false;
    }
    this.#ring.room.waitUntil(() => {
      if (this.#findRoom(length)) return true;
      this.#sleeper.wake();
      return false;
    });
    return true;
  }

  #findRoom(length: number): boolean {
    const { words, size } = this.#ring;
    const read = Atomics.load(words, this.#ring.read);
    if (this.#write < read) {
      // A lap ahead: one byte stays free, since equal indices mean empty.
      this.#limit = read - 1;
      return this.#write + length <= this.#limit;
    }
    this.#limit = size;
    if (this.#write + length <= size) return true;
    if (length >= read) return false;
    words[this.#ring.last] = this.#write;
    this.#publishAt -= this.#write;
    this.#publishBy -= this.#write;
    this.#write = 0;
    this.#limit = read - 1;
    return true;
  }

  close(): void {
    this.#lifecycle.checkMayClose(this.#worker);
    this.#publishAll();
    if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();
  }
}

/** Half a ring: a longer message could find no place although the ring is empty, behind or before the index. */
function largestOf(size: number): number {
  return Math.min(MAX_MESSAGE_BYTES, (size - 1) >>> 1);
}

function ringSize(capacity: number, workers: number): number {
  return Math.floor(capacity / workers);
}

export const shardedRings: BlockingStrategy = {
  name: NAME,
  kind: "blocking",
  summary: "one SPSC byte ring per Worker; messages published in groups while the consumer is busy",
  params: {
    publish: {
      help: "messages that a producer publishes together while the consumer is busy; 1 = each",
      default: 64,
      min: 1,
      max: 65_536,
    },
    ...LINGER_PARAMS,
    ...overflowParam("drop-newest"),
  },
  variants: [{ publish: 64 }, { publish: 1 }],
  largestMessage: (capacity, workers) => largestOf(ringSize(capacity, workers)),
  capacityRange: (workers, messageBytes) => ({
    least: workers * (2 * messageBytes + 1),
    largest: MAX_MEMORY_BYTES,
  }),
  open(options: HandoffOptions) {
    const { workers, capacity, params, firstPosition = 0 } = options;
    const memory = new SharedArrayBuffer(Ring.memoryBytes(workers, ringSize(capacity, workers)));
    const words = new Int32Array(memory, 0, SHARED_WORDS);
    const lifecycle = lifeOf(options);
    const readers = Array.from({ length: workers }, (_, worker) => {
      const ring = new Ring(memory, worker, workers, lifecycle, new Waits());
      // Indices never leave their ring; only the count of wake-ups goes round.
      ring.words[ring.roomAt] = firstPosition;
      return new RingReader(ring);
    });
    const ticket: RingTicket = {
      memory,
      workers,
      publish: Number(params.publish),
      params,
      patient: params.wake === "watermark",
    };
    return makeHandoff({
      strategy: NAME,
      options,
      consumer: new RingsConsumer(lifecycle, new Sleeper(words, SLEEPER), readers, options),
      lifecycle,
      sharedOf: () => ticket,
      sharedBytes: memory.byteLength,
    });
  },
  join: (ticket, onDropped) => new RingProducer(ticket, onDropped),
};
