/**
 * atomic-swap: the double buffer without a lock, the post's "remove the Mutex entirely".
 *
 * A producer reserves bytes of the filling buffer with one atomic add, copies its message there, and commits by storing
 * how much it has committed in all. The consumer flips the buffers with one atomic exchange, which also returns how
 * much was reserved, and waits until that much is committed. A producer that is preempted between reserving and
 * committing delays the bytes of that flip but cannot corrupt them. After the reserve/commit buffers of kernel tracing
 * (Desnoyers, LTTng, 2006), with two buffers in place of a ring.
 *
 *     words   | state | end of buffer 0, 1 | room (eventcount) | consumer's sleeper |
 *             | committed by Worker 0 to buffer 0, 1 | … by Worker 1 … |           one cache line each
 *     bytes   | buffer 0: capacity / 2               | buffer 1: capacity / 2    |
 *
 *     state = filling buffer << 31 | reserved bytes
 *
 * A reservation that does not fit is void. The first void one in a buffer, which crosses the buffer's end, stores where
 * the valid bytes stop. A producer that reserves after it sees that the buffer is full, and waits for the flip.
 *
 * Two Workers that reserve in turn pass the state's cache line back and forth with every message, which costs several
 * times as much as the add. So a Worker that meets another one's reservation stays away from the word for some
 * microseconds, and each of them sends in streaks. Only the Worker that is in its streak gives way, not the one that
 * has just come back: if both did, nobody would use the word. Nobody is ever prevented from reserving.
 *
 * Commits are counted per Worker, since a sum in one word would move its cache line with every message.
 * `primitives/linger.ts` decides when a sleeping consumer is woken; the watermark is half a buffer.
 *
 * Blocks: `send` while the filling buffer is full; `receive` while there is no message, and, spinning, while a
 * reservation is not committed. Allocates nothing per message, one view per batch. If a Worker dies, all messages whose
 * `send` had returned arrive; if it dies between reservation and commit, nothing goes on.
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
/** How often the consumer looks at the commits before it gives its core away, which the committing thread may need. */
const SPINS = 1_000;
const NAP_MS = 0.05;
/**
 * How long a producer that meets another one stays away: about 20 to 40 µs, in which the other sends a thousand
 * messages.
 */
const PAUSES = 512;
/** After it has come back, a producer gives way again only once this many messages of its size have passed. */
const FRESH = 16;

interface SwapTicket {
  memory: SharedArrayBuffer;
  workers: number;
  /** The longest message, in bytes. */
  largest: number;
  /** How long a producer that meets another one stays away, in pauses (`primitives/pause.ts`). */
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
  /** The buffer that was flipped and whose last messages are not committed yet, or `NONE`. */
  #flipped = NONE;
  /** The bytes that were reserved in it, void ones included. */
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

  /** Makes the producers fill the other buffer, unless there is too little in this one. Returns whether it did. */
  #flip(eager: boolean): boolean {
    const { words, watermark, workers } = this.#shared;
    const seen = Atomics.load(words, STATE);
    const reservedNow = seen & RESERVED;
    if (reservedNow === 0 || (!eager && reservedNow < watermark)) return false;
    const full = seen >>> 31;
    const other = 1 - full;
    // Nobody touches the other buffer's counts: all who reserved there committed before the consumer returned it as a
    // batch.
    words[END + other] = UNKNOWN;
    for (let worker = 0; worker < workers; worker++) {
      words[COMMITTED + worker * LINE + other] = 0;
    }
    this.#reserved = Atomics.exchange(words, STATE, other << 31) & RESERVED;
    this.#flipped = full;
    return true;
  }

  /**
   * The valid bytes of the flipped buffer once all are committed, or `UNKNOWN` after a slice. The commit is only a few
   * instructions away on another thread, unless that thread is preempted or dead.
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

  /** Where the valid bytes end, or `UNKNOWN` until the reservation that crossed the end has stored it. */
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

  /** The buffer that was written is emptied by the next flip. */
  protected release(): void {}

  protected wakeProducers(): void {
    this.#shared.room.advance();
  }
}

class AtomicSwapProducer implements BlockingProducer {
  readonly #shared: Shared;
  /** Copies of fields of `shared`, which every message needs, to save an indirection. */
  readonly #words: Int32Array;
  readonly #buffers: readonly Uint8Array[];
  readonly #half: number;
  readonly #watermark: number;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #largest: number;
  /** Index of the words in which this Worker's commits are counted. */
  readonly #committedAt: number;
  /** Where this Worker's next reservation begins if no other Worker reserves before it. */
  #expected = 0;
  /** Where the reservations stood when this Worker last came back from giving way. */
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
    // Checked before anything is reserved, since a reservation that is never committed would stop the consumer.
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

  /** @param state the value that the reservation's add returned */
  #commit(state: number, length: number): void {
    const words = this.#words;
    const at = state & RESERVED;
    const end = at + length;
    const committed = this.#committedAt + (state >>> 31);
    // Nobody else writes this word while this buffer fills, so the addition need not be atomic; only its result must be
    // seen.
    Atomics.store(words, committed, words[committed] + length);
    // An atomic look would cost V8 a third of the time of a message. If this plain one misses the word, the consumer's
    // sleep still ends by itself.
    if ((at < this.#watermark && end >= this.#watermark) || words[SLEEPER] === HUNGRY) {
      this.#shared.sleeper.wake();
    }
    const met = at !== this.#expected;
    this.#expected = end;
    if (met) this.#giveWay(at, length);
  }

  /** Another Worker has reserved since: stay away for a while, unless this Worker has just come back from doing so. */
  #giveWay(at: number, length: number): void {
    const since = at - this.#backAt;
    if ((since >= 0 && since < FRESH * length) || this.#pauses === 0) return;
    const before = performance.now();
    this.waits.failedClaims++;
    // The length is random, since two Workers that stay away for equally long would come back together and meet again.
    this.#jitter = (Math.imul(this.#jitter, 1_664_525) + 1_013_904_223) >>> 0;
    pause(this.#pauses + (this.#jitter >>> 16) % this.#pauses);
    this.#backAt = Atomics.load(this.#words, STATE) & RESERVED;
    this.waits.blockedMs += performance.now() - before;
  }

  /**
   * Makes the reservation that does not fit void, blocks until another one fits, and returns the state before that one.
   */
  #reserveLater(length: number, state: number): number {
    const { words, half, room, sleeper } = this.#shared;
    for (;;) {
      const at = state & RESERVED;
      if (at + length <= half) return state;
      if (at <= half) Atomics.store(words, END + (state >>> 31), at);
      this.waits.failedClaims++;
      sleeper.wake();
      // A producer reserves only if its message fits as far as it can see. This keeps void reservations few, so the
      // count stays far from the bit that names the buffer.
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

/** @param pauses how long a producer that meets another one stays away; 0: it never stays away */
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
    // With this limit, half of the range of the count is left for void reservations.
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
