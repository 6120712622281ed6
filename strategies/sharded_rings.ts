/**
 * sharded-rings: one single-producer single-consumer byte ring per Worker. Producers of different threads share
 * nothing, so they cannot contend.
 *
 * Each ring is a bip buffer (Simon Cooke, 2003; its lock-free form by Andrea Lattuada and James Munns, 2019): a message
 * that does not fit behind the last one goes to the front of the ring, and `last` stores where the bytes before it end.
 * So every message is contiguous, the consumer writes straight from the ring, and the producer's copy into it is the
 * only one.
 *
 *     words            | consumer's sleeper |
 *     for each ring    | look, read | write, last | room (eventcount) |   one cache line each, then
 *                      | capacity / workers bytes |
 *
 *         START     write     read       last     end
 *           | new   |  free   |  old     |        |       write < read: a lap ahead
 *
 * Both sides work on cached indices: a producer reads `read` only when it has used up the room that it knows of.
 *
 * An atomic store for every message would cost more than everything else about a short one. So after the consumer has
 * looked into a ring (which it stores in `look`), the producer publishes the next 64 messages one by one, and later
 * ones in small groups until the consumer looks again. What a group holds back is published with the next message after
 * that look, when the ring is full, at close, by `flush()`, and when the thread's event loop turns.
 *
 *     publish=N      the most messages of a group, which ends with its 1,024th byte (1: each message is published alone)
 *     wake, linger   when a sleeping consumer is woken (`primitives/linger.ts`): one that pauses is woken to
 *                    look by every quarter of a ring, and half a ring ends the pause
 *     overflow       drop-newest: the message for which the ring has no room
 *
 * One thing is left to the caller: a producer that sends over 64 short messages between two looks of the consumer, and
 * then neither sends nor lets the event loop turn for a long time, must call `flush()` first. Otherwise up to 1,023
 * bytes of its last messages wait for as long. (`wake=watermark` always groups, without a limit in bytes.)
 *
 * Whenever the consumer takes from one ring it also takes from all others, however little they hold, so a busy ring
 * cannot starve a quiet one.
 *
 * Blocks: `send` while the ring is full, unless it may drop; `receive` while there is no message. Allocates nothing per
 * message, one view per batch. If a Worker dies, all messages that it had published arrive; those that it held back are
 * lost, and no other Worker is affected.
 */
import { PollingConsumer } from "./primitives/consumer.ts";
import { copyIn, LINE, MAX_MEMORY_BYTES, roundUp } from "./primitives/layout.ts";
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
/** Words of one ring, counted from its first. The producer's fast path expects `LOOK` to be the first. */
const LOOK = 0;
const READ = 1;
const WRITE = LINE;
const LAST = LINE + 1;
const ROOM = 2 * LINE;
const RING_WORDS = 3 * LINE;
/** Where the messages of a ring begin, in bytes from its first word. All of its indices count from there. */
const START = RING_WORDS * 4;
/**
 * In `LOOK`: the consumer has looked, or has aborted. No byte of it is 0, so the first one shows it in any byte order.
 */
const LOOKED = 0x0101_0101;
/** This many messages are published one by one after the consumer has taken what there was. */
const SINGLES = 64;
/** The message with this byte of a group publishes it, so a group never holds back as many. */
const GROUP_BYTES = 1_024;
/** An index beyond the end of every ring; an integer, unlike `Infinity`. */
const NEVER = 0x7fff_ffff;

interface RingTicket {
  memory: SharedArrayBuffer;
  /** Bytes of each ring. */
  size: number;
  publish: number;
  params: Params;
  /** Groups messages whatever the consumer does, without a limit in bytes. */
  patient: boolean;
}

/** The memory of one ring as one thread sees it. */
class Ring {
  readonly words: Int32Array;
  /** The whole ring with its words, since the fast path is to load one view alone. */
  readonly bytes: Uint8Array;
  readonly size: number;
  /** The index behind the last byte. */
  readonly end: number;
  readonly room: EventCount;

  constructor(
    memory: SharedArrayBuffer,
    size: number,
    worker: number,
    lifecycle: Lifecycle,
    waits: Waits,
  ) {
    const at = SHARED_WORDS * 4 + worker * ringBytes(size);
    this.words = new Int32Array(memory, at, RING_WORDS);
    this.size = size | 0;
    this.end = (START + size) | 0;
    this.bytes = new Uint8Array(memory, at, this.end);
    this.room = new EventCount(this.words, ROOM, lifecycle, waits);
  }
}

/** The memory of a ring; the next one begins on a cache line. */
function ringBytes(size: number): number {
  return roundUp(START + size, LINE * 4);
}

/** A ring as the consumer reads it. */
class RingReader {
  readonly #ring: Ring;
  #read = START;
  /** End of the current batch. */
  #taken = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** The bytes that are ready in one contiguous piece, or null. */
  take(): Uint8Array | null {
    const { words, bytes } = this.#ring;
    const write = Atomics.load(words, WRITE);
    const lapped = write < this.#read;
    if (lapped && this.#read === words[LAST]) this.#read = START;
    const end = write < this.#read ? words[LAST] : write;
    if (end === this.#read) return null;
    this.#taken = end;
    this.ask();
    return bytes.subarray(this.#read, end);
  }

  /** Gives the taken bytes back. */
  release(): void {
    const { words, room } = this.#ring;
    this.#read = this.#taken;
    Atomics.store(words, READ, this.#read);
    if (room.hasWaiters()) room.advance();
  }

  /** Whether enough is waiting to end a pause. A producer that waits for room has filled its ring. */
  isReady(): boolean {
    const { words, size, room } = this.#ring;
    const write = Atomics.load(words, WRITE);
    const waiting = write < this.#read ? size - this.#read + write : write - this.#read;
    return waiting >= size / 2 || room.hasWaiters();
  }

  /** Asks the producer to publish its next messages one by one. */
  ask(): void {
    Atomics.store(this.#ring.words, LOOK, LOOKED);
  }

  wakeProducer(): void {
    // A producer in the middle of a group looks at nothing else, so this is how it learns of an abort.
    this.ask();
    this.#ring.room.advance();
  }
}

class RingsConsumer extends PollingConsumer {
  readonly #readers: readonly RingReader[];
  /** The ring to look at next. */
  #turn = 0;
  /** Rings that the last poll has not reached yet. */
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

  /** Asks again, since a flush that had nothing to publish may have reset the last request. */
  protected override ask(): void {
    for (const reader of this.#readers) reader.ask();
  }

  protected wakeProducers(): void {
    for (const reader of this.#readers) reader.wakeProducer();
  }
}

/**
 * Every index that the fast path reads is made an integer by `| 0`: JavaScriptCore works on doubles once a value has
 * come from a division, from `Infinity`, or from a sum that might not fit, and then a one-byte message takes twice as
 * long.
 */
class RingProducer implements BlockingProducer {
  readonly #ring: Ring;
  readonly #bytes: Uint8Array;
  readonly #publish: number;
  readonly #largest: number;
  readonly #watermark: number;
  readonly #patient: boolean;
  readonly #lifecycle: Lifecycle;
  readonly #words: Int32Array;
  readonly #worker: number;
  readonly #sleeper: Sleeper;
  readonly waits = new Waits();
  /** Where the next message goes. */
  #write = START;
  /** How far it may write without another look at the consumer's index. */
  #limit: number;
  /** Where `write` will be at the next publication if every message until then has one byte. */
  #publishAt = START + 1;
  /** At this value of `write` everything is published, whatever the number of messages. */
  #publishBy = START + 1;
  /**
   * Below this index one-byte messages need only their store; the message that reaches it publishes, or finds no room.
   */
  #stop = 0;
  /** Where `write` was when the sleeper was last looked at, for the watermark. */
  #wokenAt = START;
  /** Messages that are still to be published one by one. */
  #singles = SINGLES;
  #flushesSoon = false;

  /** Null: `send` waits for room. */
  readonly #onDropped: OnDropped | null;

  constructor({ life, worker, shared }: Ticket, onDropped?: OnDropped) {
    const { memory, size, publish, params, patient } = shared as RingTicket;
    requireOnDropped(params, onDropped);
    this.#onDropped = params.overflow === "drop-newest" ? onDropped! : null;
    this.#lifecycle = new Lifecycle(life);
    this.#worker = worker;
    this.#sleeper = new Sleeper(new Int32Array(memory, 0, SHARED_WORDS), SLEEPER);
    this.#ring = new Ring(memory, size, worker, this.#lifecycle, this.waits);
    this.#bytes = this.#ring.bytes;
    this.#words = this.#ring.words;
    this.#publish = publish | 0;
    this.#patient = patient;
    this.#limit = this.#ring.end;
    this.#largest = largestOf(this.#ring.size);
    this.#watermark = this.#ring.size >>> 2;
  }

  send(message: Uint8Array): void {
    const length = message.length;
    const at = this.#write;
    const next = (at + length) | 0;
    const bytes = this.#bytes;
    checkLength(length, this.#largest);
    if (at < this.#stop && next < this.#publishBy && next <= this.#limit && bytes[0] === 0) {
      copyIn(bytes, at, message);
      this.#write = next;
      this.#publishAt = (this.#publishAt + length - 1) | 0;
      this.#stop = Math.min(this.#limit, this.#publishAt - 1, this.#publishBy - 1) | 0;
    } else {
      this.#sendSlowly(message, length);
    }
  }

  #sendSlowly(message: Uint8Array, length: number): void {
    this.#lifecycle.glance();
    if (this.#write + length > this.#limit && !this.#makeRoom(length)) {
      return this.#onDropped!(message);
    }
    copyIn(this.#bytes, this.#write, message);
    this.#wrote(length, false);
  }

  /**
   * In the middle of a group, a message takes two comparisons and two stores, which are compiled into the caller. The
   * first byte of the ring belongs to `LOOK`: a second view, or an index that is no literal, would cost a tenth more.
   */
  sendByte(byte: number): void {
    const at = this.#write;
    const bytes = this.#bytes;
    if (at < this.#stop && bytes[0] === 0) {
      bytes[at] = byte;
      this.#write = (at + 1) | 0;
    } else {
      this.sendByteSlowly(byte);
    }
  }

  /** Not `#private`: such a call is longer, and JavaScriptCore would find `sendByte` too long to be inlined. */
  private sendByteSlowly(byte: number): void {
    this.#lifecycle.glance();
    if (this.#write >= this.#limit && !this.#makeRoom(1)) {
      return this.#onDropped!(Uint8Array.of(byte));
    }
    this.#bytes[this.#write] = byte;
    this.#wrote(1, false);
  }

  flush(): void {
    this.#lifecycle.check();
    this.#publishAll();
  }

  #publishAll(): void {
    this.#wrote(0, true);
  }

  /**
   * Counts a message of `length` bytes, and publishes everything if a group is full, the consumer has asked, or
   * `publish` is true.
   *
   * V8 inlines no function as long as this one (over 460 bytes of bytecode). If it were shorter, V8 would sometimes
   * inline it into `sendByte` first, and would then find `sendByte` too long for the loop that calls it: a one-byte
   * message took 1.6 times as long in about half of all processes.
   */
  #wrote(length: number, publish: boolean): void {
    const write = (this.#write + length) | 0;
    this.#write = write;
    if (!publish) {
      this.#publishAt = (this.#publishAt + length - 1) | 0;
      const due = Math.min(this.#publishAt, this.#publishBy) | 0;
      if (write < due && (this.#patient || this.#words[LOOK] === 0)) {
        this.#stop = Math.min(this.#limit, due - 1) | 0;
        if (!this.#flushesSoon) this.#flushSoon();
        return;
      }
    }
    Atomics.store(this.#words, WRITE, write);
    // In this order, a consumer that missed the message is about to sleep, and has asked before it looked again.
    const asked = Atomics.load(this.#words, LOOK) !== 0;
    if (asked) {
      Atomics.store(this.#words, LOOK, 0);
      this.#singles = SINGLES;
    } else if (this.#singles > 0) {
      this.#singles--;
    }
    const group = this.#patient || this.#singles === 0 ? this.#publish : 1;
    this.#publishAt = (write + group) | 0;
    this.#publishBy = this.#patient ? NEVER : (write + GROUP_BYTES) | 0;
    // If no flush is scheduled, the next message must come through here again, which schedules one. So must the one
    // after a request: with it, this may have taken the request of an abort.
    this.#stop = this.#flushesSoon && !asked
      ? Math.min(this.#limit, write + Math.min(group, GROUP_BYTES) - 1) | 0
      : 0;
    // One look for every quarter of the ring, if the consumer lets it fill that far; it wakes by itself after its
    // pause.
    const watermark = write - this.#wokenAt >= this.#watermark || write < this.#wokenAt;
    if (watermark) this.#wokenAt = write;
    if (watermark || (asked && this.#sleeper.isHungry())) this.#sleeper.wake();
  }

  #flushSoon(): void {
    this.#flushesSoon = true;
    setImmediate(() => {
      this.#flushesSoon = false;
      this.#publishAll();
    });
  }

  /**
   * Moves `write` to where `length` bytes fit in one piece, after waiting for room if there is none. Returns false if
   * the message must be dropped instead.
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
    const { words, end } = this.#ring;
    const read = Atomics.load(words, READ);
    if (this.#write < read) {
      // A lap ahead, one byte stays free, since equal indices mean that the ring is empty.
      this.#limit = (read - 1) | 0;
      return this.#write + length <= this.#limit;
    }
    this.#limit = end;
    if (this.#write + length <= end) return true;
    if (START + length >= read) return false;
    words[LAST] = this.#write;
    const lap = (this.#write - START) | 0;
    this.#publishAt = (this.#publishAt - lap) | 0;
    this.#publishBy = (this.#publishBy - lap) | 0;
    this.#write = START;
    this.#limit = (read - 1) | 0;
    return true;
  }

  close(): void {
    this.#lifecycle.checkMayClose(this.#worker);
    this.#publishAll();
    if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();
  }
}

/** Less than half a ring: a longer message might fit neither behind nor before the index although the ring is empty. */
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
      help:
        "most messages of a group that is published together while the consumer is busy; 1 = each",
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
    const size = ringSize(capacity, workers);
    const memory = new SharedArrayBuffer(SHARED_WORDS * 4 + workers * ringBytes(size));
    const words = new Int32Array(memory, 0, SHARED_WORDS);
    const lifecycle = lifeOf(options);
    const readers = Array.from({ length: workers }, (_, worker) => {
      const ring = new Ring(memory, size, worker, lifecycle, new Waits());
      ring.words[READ] = ring.words[WRITE] = START;
      // Indices stay within their ring; only the count of wake-ups wraps.
      ring.words[ROOM] = firstPosition;
      return new RingReader(ring);
    });
    const ticket: RingTicket = {
      memory,
      size,
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
