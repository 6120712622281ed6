/**
 * atomic-swap: the double buffer without a lock, the post's "remove the Mutex entirely".
 *
 * A producer reserves bytes of the filling buffer with one atomic add, copies its message there, and commits by
 * storing how much it has committed in all. The consumer flips the buffers with one atomic exchange, which also
 * tells how much was reserved, and waits until that much is committed. A producer that is preempted between the
 * two delays the flip's bytes and can never corrupt them. After the reserve/commit buffers of kernel tracing
 * (Desnoyers, LTTng, 2006), with two buffers in place of a ring.
 *
 *     words   | state | end of buffer 0, 1 | room (eventcount) | consumer's sleeper |
 *             | committed by Worker 0 to buffer 0, 1 | … by Worker 1 … |           one cache line each
 *     bytes   | buffer 0: capacity / 2               | buffer 1: capacity / 2    |
 *
 *     state = filling buffer << 31 | reserved bytes
 *
 * A reservation that does not fit is void. The first of them in a buffer, the one that crosses its end, says
 * where the valid bytes stop; whoever reserves after it sees the buffer full, and waits for the flip.
 *
 * Two Workers that reserve in turn pass the state's cache line back and forth with every message, at several times
 * the price of the add. So a Worker that meets another one's reservation stays away from the word for some
 * microseconds, and each sends in streaks. Only the one in its streak gives way, not the one that has just come
 * back: if both did, nobody would use the word. Nobody is ever kept from reserving.
 *
 * Commits are counted per Worker, since a sum on one word would move its cache line with every message.
 * `primitives/linger.ts` decides when a sleeping consumer is woken; its watermark is half a buffer.
 *
 * Blocks: `send` while the filling buffer is full; `receive` while nothing is there, and, spinning, while a
 * reservation is not committed. Allocates: nothing per message; one view per batch. Of a Worker that dies all messages
 * arrive whose `send` had returned; one that dies between reservation and commit stops all.
 */
import { BUSY, PollingConsumer } from "./primitives/consumer.ts";
import { copyIn, LINE, MAX_MEMORY_BYTES } from "./primitives/layout.ts";
import { Lifecycle, SLICE_MS } from "./primitives/lifecycle.ts";
import { Linger, LINGER_PARAMS } from "./primitives/linger.ts";
import { EventCount, HUNGRY, PATIENT, Sleeper } from "./primitives/parking.ts";
import { pause } from "./primitives/pause.ts";
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

const STATE = 0;
const END = LINE;
const ROOM = 2 * LINE;
const SLEEPER = 3 * LINE;
const COMMITTED = 4 * LINE;
const RESERVED = 0x7fff_ffff;
const UNKNOWN = -1;
const NONE = -1;
/** Looks at the commits before the consumer gives its core away: the committer may need it. */
const SPINS = 1_000;
const NAP_MS = 0.05;
/** How long a producer that meets another one stays away: some 20 to 40 µs, a thousand messages of the other. */
const PAUSES = 512;
/** Messages of its own size that must pass after coming back before a producer gives way again. */
const FRESH = 16;

interface SwapTicket {
  memory: SharedArrayBuffer;
  workers: number;
  /** The longest message, in bytes. */
  largest: number;
  /** How long a producer that meets another one stays away, in pauses. */
  pauses: number;
}

class Shared {
  readonly words: Int32Array;
  readonly buffers: readonly Uint8Array[];
  readonly half: number;
  readonly workers: number;
  readonly watermark: number;
  readonly lifecycle: Lifecycle;
  readonly waits = new Waits();
  readonly room: EventCount;
  readonly sleeper: Sleeper;

  static wordCount(workers: number): number {
    return COMMITTED + workers * LINE;
  }

  constructor(memory: SharedArrayBuffer, workers: number, lifecycle: Lifecycle) {
    const from = Shared.wordCount(workers) * 4;
    this.words = new Int32Array(memory, 0, Shared.wordCount(workers));
    this.half = (memory.byteLength - from) / 2;
    this.buffers = [
      new Uint8Array(memory, from, this.half),
      new Uint8Array(memory, from + this.half, this.half),
    ];
    this.workers = workers;
    this.watermark = this.half >>> 1;
    this.lifecycle = lifecycle;
    this.room = new EventCount(this.words, ROOM, this.lifecycle, this.waits);
    this.sleeper = new Sleeper(this.words, SLEEPER);
  }
}

class AtomicSwapConsumer extends PollingConsumer {
  readonly #shared: Shared;
  /** The buffer that was flipped away and whose last messages are not committed yet, or `NONE`. */
  #flipped = NONE;
  /** What was reserved in it. */
  #reserved = 0;

  constructor(shared: Shared, options: HandoffOptions) {
    super(shared.lifecycle, shared.sleeper, Linger.of(options.params), options);
    this.#shared = shared;
  }

  protected poll(eager: boolean): Uint8Array | null | typeof BUSY {
    if (this.#flipped === NONE && !this.#flip(eager)) return null;
    const valid = this.#awaitCommits();
    if (valid === UNKNOWN) return BUSY;
    const batch = this.#shared.buffers[this.#flipped].subarray(0, valid);
    this.#flipped = NONE;
    if (this.#shared.room.hasWaiters()) this.#shared.room.advance();
    return batch;
  }

  /** Turns the producers to the other buffer, unless there is too little in this one. */
  #flip(eager: boolean): boolean {
    const { words, watermark, workers } = this.#shared;
    const seen = Atomics.load(words, STATE);
    const reservedNow = seen & RESERVED;
    if (reservedNow === 0 || (!eager && reservedNow < watermark)) return false;
    const full = seen >>> 31;
    const other = 1 - full;
    // Nobody touches the other buffer's counts: all that reserved there have committed before its last flip.
    words[END + other] = UNKNOWN;
    for (let worker = 0; worker < workers; worker++) {
      words[COMMITTED + worker * LINE + other] = 0;
    }
    this.#reserved = Atomics.exchange(words, STATE, other << 31) & RESERVED;
    this.#flipped = full;
    return true;
  }

  /**
   * The valid bytes of the flipped buffer once all are committed, or `UNKNOWN` after a slice. What is awaited is a
   * few instructions away on another thread, unless that one is preempted, or dead.
   */
  #awaitCommits(): number {
    const deadline = performance.now() + SLICE_MS;
    for (let spins = 1;; spins++) {
      const valid = this.#valid();
      if (valid !== UNKNOWN && this.#committed() === valid) return valid;
      if (spins % SPINS === 0) {
        if (performance.now() >= deadline) return UNKNOWN;
        this.sleeper.announce(PATIENT);
        this.sleeper.sleep(PATIENT, NAP_MS);
      }
    }
  }

  /** Where the valid bytes end, or `UNKNOWN` while the reservation that crossed the end has not said so. */
  #valid(): number {
    const { words, half } = this.#shared;
    return this.#reserved <= half ? this.#reserved : Atomics.load(words, END + this.#flipped);
  }

  #committed(): number {
    const { words, workers } = this.#shared;
    let sum = 0;
    for (let worker = 0; worker < workers; worker++) {
      sum += Atomics.load(words, COMMITTED + worker * LINE + this.#flipped);
    }
    return sum;
  }

  /** The buffer that was written is empty by the next flip. */
  protected release(): void {}

  protected wakeProducers(): void {
    this.#shared.room.advance();
  }
}

class AtomicSwapProducer implements BlockingProducer {
  readonly #shared: Shared;
  /** Of `shared`, one step nearer: every message needs them. */
  readonly #words: Int32Array;
  readonly #buffers: readonly Uint8Array[];
  readonly #half: number;
  readonly #watermark: number;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #largest: number;
  /** Where this Worker's commits are counted. */
  readonly #committedAt: number;
  /** Where this Worker's next reservation begins if nobody else reserves before it. */
  #expected = 0;
  /** Where the reservations stood when this Worker came back from giving way. */
  #backAt = 0;
  #jitter: number;
  readonly #pauses: number;
  readonly waits: Waits;

  constructor({ life, worker, shared }: Ticket) {
    const { memory, workers, largest, pauses } = shared as SwapTicket;
    this.#lifecycle = new Lifecycle(life);
    this.#shared = new Shared(memory, workers, this.#lifecycle);
    this.#worker = worker;
    this.#largest = largest;
    this.#words = this.#shared.words;
    this.#buffers = this.#shared.buffers;
    this.#half = this.#shared.half;
    this.#watermark = this.#shared.watermark;
    this.#committedAt = COMMITTED + worker * LINE;
    this.#jitter = worker + 1;
    this.#pauses = pauses;
    this.waits = this.#shared.waits;
  }

  send(message: Uint8Array): void {
    const length = message.length;
    // Before anything is reserved: a reservation that is never committed would stop the consumer.
    checkLength(length, this.#largest);
    this.#lifecycle.glance();
    let state = Atomics.add(this.#words, STATE, length);
    if ((state & RESERVED) + length > this.#half) state = this.#reserveLater(length, state);
    copyIn(this.#buffers[state >>> 31], state & RESERVED, message);
    this.#commit(state, length);
  }

  sendByte(byte: number): void {
    this.#lifecycle.glance();
    let state = Atomics.add(this.#words, STATE, 1);
    if ((state & RESERVED) >= this.#half) state = this.#reserveLater(1, state);
    this.#buffers[state >>> 31][state & RESERVED] = byte;
    this.#commit(state, 1);
  }

  /** @param state what the reservation's add returned */
  #commit(state: number, length: number): void {
    const words = this.#words;
    const at = state & RESERVED;
    const end = at + length;
    const committed = this.#committedAt + (state >>> 31);
    // Nobody else writes this word while this buffer fills, so an add need not be atomic, only its result seen.
    Atomics.store(words, committed, words[committed] + length);
    // An atomic look would cost V8 a third of a message. Where this one misses the word, the sleep has an end.
    if ((at < this.#watermark && end >= this.#watermark) || words[SLEEPER] === HUNGRY) {
      this.#shared.sleeper.wake();
    }
    const met = at !== this.#expected;
    this.#expected = end;
    if (met) this.#giveWay(at, length);
  }

  /** Someone else has reserved since: stay away for a while, unless this Worker has just come back from there. */
  #giveWay(at: number, length: number): void {
    const since = at - this.#backAt;
    if ((since >= 0 && since < FRESH * length) || this.#pauses === 0) return;
    const before = performance.now();
    this.waits.failedClaims++;
    // Of a random length: two that stay away together would come back together, and meet again.
    this.#jitter = (Math.imul(this.#jitter, 1_664_525) + 1_013_904_223) >>> 0;
    pause(this.#pauses + (this.#jitter >>> 16) % this.#pauses);
    this.#backAt = Atomics.load(this.#words, STATE) & RESERVED;
    this.waits.blockedMs += performance.now() - before;
  }

  /** Voids the reservation that does not fit; blocks until one fits, and returns the state that it found. */
  #reserveLater(length: number, state: number): number {
    const { words, half, room, sleeper } = this.#shared;
    for (;;) {
      const at = state & RESERVED;
      if (at + length <= half) return state;
      if (at <= half) Atomics.store(words, END + (state >>> 31), at);
      this.waits.failedClaims++;
      sleeper.wake();
      // Reserving only where it fits by all that can be seen keeps void reservations few, and the count far
      // from the buffer's bit.
      room.waitUntil(() => (Atomics.load(words, STATE) & RESERVED) + length <= half);
      state = Atomics.add(words, STATE, length);
    }
  }

  flush(): void {
    this.#lifecycle.check();
  }

  close(): void {
    if (this.#lifecycle.closeOne(this.#worker)) this.#shared.sleeper.wake();
  }
}

function largestMessage(capacity: number): number {
  return Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2));
}

/** @param pauses how long a producer that meets another one stays away; 0: it never does */
export function atomicSwapWith(
  { name, summary, pauses, variants }: Pick<BlockingStrategy, "name" | "summary" | "variants"> & {
    pauses: number;
  },
): BlockingStrategy {
  return {
    name,
    kind: "blocking",
    summary,
    params: LINGER_PARAMS,
    variants,
    largestMessage,
    // Half of it leaves the count of reserved bytes room for those that are void.
    capacityRange: (_workers, messageBytes) => ({
      least: 2 * messageBytes,
      largest: MAX_MEMORY_BYTES,
    }),
    open(options) {
      const { workers, capacity, firstPosition = 0 } = options;
      const half = Math.floor(capacity / 2);
      const memory = new SharedArrayBuffer(Shared.wordCount(workers) * 4 + 2 * half);
      const lifecycle = lifeOf(options);
      const shared = new Shared(memory, workers, lifecycle);
      shared.words[END] = UNKNOWN;
      shared.words[ROOM] = firstPosition;
      const ticket: SwapTicket = { memory, workers, largest: largestMessage(capacity), pauses };
      return makeHandoff({
        strategy: name,
        options,
        consumer: new AtomicSwapConsumer(shared, options),
        lifecycle,
        sharedOf: () => ticket,
        sharedBytes: memory.byteLength,
      });
    },
    join: (ticket) => new AtomicSwapProducer(ticket),
  };
}

export const atomicSwap = atomicSwapWith({
  name: "atomic-swap",
  summary:
    "the double buffer without a lock: producers reserve with one add, the consumer flips with one exchange",
  pauses: PAUSES,
  variants: [{}],
});
