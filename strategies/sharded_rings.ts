/**
 * sharded-rings: one single-producer single-consumer byte ring a Worker; nothing is shared between producers of
 * different threads, so there is nothing to contend for.
 *
 * Each ring is a bip buffer (Simon Cooke, 2003; its lock-free form by Andrea Lattuada and James Munns, 2019): a
 * message that does not fit behind the last one goes to the front of the ring, and `last` says where the bytes
 * before it end. So every message is contiguous, and the consumer writes straight from the ring: the
 * producer's copy into it is the only one.
 *
 *     words, a ring   | write, last | read | room (eventcount) |         one cache line each
 *     words           | consumer's sleeper |
 *     bytes, a ring   | capacity / workers |
 *
 *           0      write     read       last    size
 *           | new   |  free   |  old     |       |        write < read: a lap ahead
 *
 * Both sides work on cached indices: a producer looks at `read` only when its room is used up.
 *
 *     publish=N   the producer's `write` is stored after every N messages (1: after every one). What is held
 *                 back is published when the ring is full, at close, by `flush()`, and by a timer when the
 *                 thread's event loop turns: call `flush()` before long work that sends nothing.
 *
 * The consumer takes a ring when half of it is filled or when its bytes have waited for 1 ms, in turn, so that a
 * busy ring cannot starve a quiet one; it sleeps until one of the two.
 *
 * Blocks: `send` while the ring is full; `receive` while nothing is there. Allocates: nothing per message; one
 * view a run. Of a Worker that dies all messages arrive that were published; what it held back is lost with it, and
 * nobody else is touched.
 */
import { LINGER_MS, PollingConsumer } from "./primitives/consumer.ts";
import { copyIn, LINE, MAX_MEMORY_BYTES } from "./primitives/layout.ts";
import { ABORTED, Lifecycle } from "./primitives/lifecycle.ts";
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
  type Ticket,
} from "./strategy.ts";

const NAME = "sharded-rings";
const SLEEPER = 0;
const SHARED_WORDS = LINE;
/** Of one ring, from its first word on. */
const WRITE = 0;
const LAST = 1;
const READ = LINE;
const ROOM = 2 * LINE;
const RING_WORDS = 3 * LINE;
/** How long unpublished messages may wait where the event loop turns (ms). */
const FLUSH_MS = 1;

interface RingTicket {
  memory: SharedArrayBuffer;
  workers: number;
  publish: number;
}

/** One ring's memory as one thread sees it. */
class Ring {
  readonly words: Int32Array;
  readonly write: number;
  readonly last: number;
  readonly read: number;
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
    this.size = (memory.byteLength - wordCount * 4) / workers;
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
  /** Behind the current run. */
  #taken = 0;
  /** When its waiting bytes were first seen, or 0 where none wait. */
  #since = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** The bytes that lie ready in one piece, or null: fewer than half a ring wait until `now` says 1 ms has passed. */
  take(eager: boolean, now: number): Uint8Array | null {
    const { words, size, bytes } = this.#ring;
    const write = Atomics.load(words, this.#ring.write);
    const lapped = write < this.#read;
    if (lapped && this.#read === words[this.#ring.last]) this.#read = 0;
    const end = write < this.#read ? words[this.#ring.last] : write;
    const waiting = end - this.#read + (write < this.#read ? write : 0);
    if (waiting === 0) {
      this.#since = 0;
      return null;
    }
    // A producer that waits has filled the ring as far as its next message allows.
    if (!eager && waiting < size / 2 && !this.#ring.room.hasWaiters()) {
      if (this.#since === 0) this.#since = now;
      if (now - this.#since < LINGER_MS) return null;
    }
    this.#since = 0;
    this.#taken = end;
    return bytes.subarray(this.#read, end);
  }

  /** Give the taken bytes back. */
  release(): void {
    const { words, room } = this.#ring;
    this.#read = this.#taken;
    Atomics.store(words, this.#ring.read, this.#read);
    if (room.hasWaiters()) room.advance();
  }

  wakeProducer(): void {
    this.#ring.room.advance();
  }
}

class RingsConsumer extends PollingConsumer {
  readonly #readers: readonly RingReader[];
  #turn = 0;
  #current: RingReader | null = null;

  constructor(
    lifecycle: Lifecycle,
    sleeper: Sleeper,
    readers: readonly RingReader[],
    options: HandoffOptions,
  ) {
    super(lifecycle, sleeper, LINGER_MS, options);
    this.#readers = readers;
  }

  protected poll(eager: boolean): Uint8Array | null {
    const readers = this.#readers;
    const now = performance.now();
    for (let tries = 0; tries < readers.length; tries++) {
      const reader = readers[this.#turn];
      this.#turn = this.#turn + 1 === readers.length ? 0 : this.#turn + 1;
      const run = reader.take(eager, now);
      if (run !== null) {
        this.#current = reader;
        return run;
      }
    }
    return null;
  }

  protected release(): void {
    this.#current?.release();
    this.#current = null;
  }

  protected wakeProducers(): void {
    for (const reader of this.#readers) reader.wakeProducer();
  }
}

class RingProducer implements BlockingProducer {
  readonly #ring: Ring;
  readonly #bytes: Uint8Array;
  readonly #publish: number;
  readonly #largest: number;
  readonly #watermark: number;
  readonly #lifecycle: Lifecycle;
  /** The lifecycle's words, one step nearer: every byte looks at them. */
  readonly #life: Int32Array;
  readonly #worker: number;
  readonly #sleeper: Sleeper;
  readonly waits = new Waits();
  /** Where the next message goes. */
  #write = 0;
  /** Up to where it may reach without a look at the consumer's index. */
  #limit: number;
  /** Where `write` will be at the next publication if every message until then has one byte. */
  #publishAt = 1;
  /** Up to where one-byte messages need nothing but their store: what comes there publishes, or finds no room. */
  #stop = 0;
  /** Where `write` was when the consumer was last looked at, for the watermark. */
  #wokenAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor({ life, worker, shared }: Ticket) {
    const { memory, workers, publish } = shared as RingTicket;
    const words = new Int32Array(memory, 0, SHARED_WORDS);
    this.#lifecycle = new Lifecycle(life);
    this.#life = new Int32Array(life);
    this.#worker = worker;
    this.#sleeper = new Sleeper(words, SLEEPER);
    this.#ring = new Ring(memory, worker, workers, this.#lifecycle, this.waits);
    this.#bytes = this.#ring.bytes;
    this.#publish = publish;
    this.#limit = this.#ring.size;
    this.#largest = largestOf(this.#ring.size);
    this.#watermark = this.#ring.size >>> 2;
  }

  send(message: Uint8Array): void {
    const length = message.length;
    checkLength(length, this.#largest);
    this.#lifecycle.glance();
    if (this.#write + length > this.#limit) this.#makeRoom(length);
    copyIn(this.#bytes, this.#write, message);
    this.#wrote(length);
  }

  /** A message in the middle of a batch is two comparisons and two stores, compiled into the caller. */
  sendByte(byte: number): void {
    const at = this.#write;
    if (at < this.#stop && this.#life[ABORTED] === 0) {
      this.#bytes[at] = byte;
      this.#write = at + 1;
    } else {
      this.#sendByteSlowly(byte);
    }
  }

  #sendByteSlowly(byte: number): void {
    this.#lifecycle.glance();
    if (this.#write >= this.#limit) this.#makeRoom(1);
    this.#bytes[this.#write] = byte;
    this.#wrote(1);
  }

  #wrote(length: number): void {
    this.#write += length;
    this.#publishAt += length - 1;
    if (this.#timer === null && this.#publish > 1) this.#startTimer();
    if (this.#write >= this.#publishAt) this.#publishAll();
    else this.#stop = Math.min(this.#limit, this.#publishAt - 1);
  }

  flush(): void {
    this.#lifecycle.check();
    this.#publishAll();
  }

  #publishAll(): void {
    const write = this.#write;
    this.#publishAt = write + this.#publish;
    this.#stop = Math.min(this.#limit, this.#publishAt - 1);
    Atomics.store(this.#ring.words, this.#ring.write, write);
    // One look for every quarter of the ring, not one a message: the consumer wakes by itself after 1 ms.
    if (write - this.#wokenAt >= this.#watermark || write < this.#wokenAt) {
      this.#wokenAt = write;
      this.#sleeper.wake();
    }
  }

  #startTimer(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#publishAll();
      // So that the next message takes the slow way, which starts the timer again.
      this.#stop = 0;
    }, FLUSH_MS);
  }

  /** Leaves `write` where `length` bytes fit in one piece, after waiting for them where it must. */
  #makeRoom(length: number): void {
    if (this.#findRoom(length)) return;
    this.#publishAll();
    this.waits.failedClaims++;
    this.#ring.room.waitUntil(() => {
      if (this.#findRoom(length)) return true;
      this.#sleeper.wake();
      return false;
    });
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
  summary: "one SPSC byte ring a Worker, drained in turn; indices published every N messages",
  params: {
    publish: {
      help: "messages after which a producer's index is published; 1 = each",
      default: 64,
      min: 1,
      max: 65_536,
    },
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
    const ticket: RingTicket = { memory, workers, publish: Number(params.publish) };
    return makeHandoff({
      strategy: NAME,
      options,
      consumer: new RingsConsumer(lifecycle, new Sleeper(words, SLEEPER), readers, options),
      lifecycle,
      sharedOf: () => ticket,
      sharedBytes: memory.byteLength,
    });
  },
  join: (ticket) => new RingProducer(ticket),
};
