/**
 * atomic-swap: the double buffer without a lock, the post's "remove the Mutex entirely".
 *
 * A producer reserves bytes of the filling buffer with one atomic add, copies its message there, and commits by
 * storing how much it has committed in all. The consumer flips the buffers with one atomic exchange, which also
 * tells how much was reserved, and waits until so much is committed. A producer that is preempted between the
 * two delays the flip's bytes and can never corrupt them. After the reserve/commit buffers of kernel tracing
 * (Desnoyers, LTTng, 2006), with two buffers in place of a ring.
 *
 *     words   | lifecycle | state | end of buffer 0, 1 | room (eventcount) | consumer's sleeper |
 *             | committed by Worker 0 to buffer 0, 1 | … by Worker 1 … |           one cache line each
 *     bytes   | buffer 0: capacity / 2               | buffer 1: capacity / 2    |
 *
 *     state = filling buffer << 31 | reserved bytes
 *
 * A reservation that does not fit is void. The first of them in a buffer, the one that crosses its end, says
 * where the valid bytes stop; whoever comes behind sees the buffer full, and waits for the flip.
 *
 * Two Workers that reserve in turn pass the state's cache line back and forth with every message, at several times
 * the price of the add. So who meets another one's reservation stays away from the word for some microseconds,
 * and they go on in streaks. The one in its streak gives way and not the one that has just come back: were it
 * both, nobody would use the word. Nobody is ever kept from reserving.
 *
 * Commits are counted per Worker, since a sum on one word would move its cache line with every message.
 * A sleeping consumer is woken by half a buffer, or takes what is there after 1 ms.
 *
 * Blocks: `send` while the filling buffer is full; `receive` while nothing is there, and, spinning, while a
 * reservation is not committed. Allocates: nothing per message; one view a run.
 */
import { LINGER_MS, PollingConsumer } from "./primitives/consumer.ts";
import { copyIn, LINE } from "./primitives/layout.ts";
import { Lifecycle } from "./primitives/lifecycle.ts";
import { EventCount, Sleeper } from "./primitives/parking.ts";
import { pause } from "./primitives/pause.ts";
import { Waits } from "./primitives/waits.ts";
import {
  type BlockingProducer,
  type BlockingStrategy,
  checkLength,
  MAX_MESSAGE_BYTES,
} from "./strategy.ts";

const LIFECYCLE = 0;
const STATE = LINE;
const END = 2 * LINE;
const ROOM = 3 * LINE;
const SLEEPER = 4 * LINE;
const COMMITTED = 5 * LINE;
const RESERVED = 0x7fff_ffff;
const UNKNOWN = -1;
/** Looks at the commits before the consumer gives its core away: the committer may need it. */
const SPINS = 1_000;
/** How long a producer that meets another one stays away: some 20 to 40 µs, a thousand messages of the other. */
const PAUSES = 512;
/** Messages of its own size that must pass after coming back before a producer gives way again. */
const FRESH = 16;

interface SwapTicket {
  memory: SharedArrayBuffer;
  workers: number;
  worker: number;
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

  constructor(memory: SharedArrayBuffer, workers: number) {
    const from = Shared.wordCount(workers) * 4;
    this.words = new Int32Array(memory, 0, Shared.wordCount(workers));
    this.half = (memory.byteLength - from) / 2;
    this.buffers = [
      new Uint8Array(memory, from, this.half),
      new Uint8Array(memory, from + this.half, this.half),
    ];
    this.workers = workers;
    this.watermark = this.half >>> 1;
    this.lifecycle = new Lifecycle(this.words, LIFECYCLE);
    this.room = new EventCount(this.words, ROOM, this.lifecycle, this.waits);
    this.sleeper = new Sleeper(this.words, SLEEPER);
  }
}

class AtomicSwapConsumer extends PollingConsumer {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    super(shared.lifecycle, shared.sleeper, LINGER_MS);
    this.#shared = shared;
  }

  protected poll(eager: boolean): Uint8Array | null {
    const { words, half, watermark, buffers, room } = this.#shared;
    const seen = Atomics.load(words, STATE);
    const reservedNow = seen & RESERVED;
    if (reservedNow === 0 || (!eager && reservedNow < watermark)) return null;
    const full = seen >>> 31;
    const other = 1 - full;
    // Nobody touches the other buffer's counts: all that reserved there have committed before its last flip.
    words[END + other] = UNKNOWN;
    for (let worker = 0; worker < this.#shared.workers; worker++) {
      words[COMMITTED + worker * LINE + other] = 0;
    }
    const reserved = Atomics.exchange(words, STATE, other << 31) & RESERVED;
    const valid = reserved <= half ? reserved : this.#awaitEnd(full);
    this.#awaitCommits(full, valid);
    if (room.hasWaiters()) room.advance();
    return buffers[full].subarray(0, valid);
  }

  #awaitEnd(buffer: number): number {
    return this.#spinUntil(
      () => Atomics.load(this.#shared.words, END + buffer),
      (end) => end !== UNKNOWN,
    );
  }

  #awaitCommits(buffer: number, valid: number): void {
    const { words, workers } = this.#shared;
    const committed = () => {
      let sum = 0;
      for (let worker = 0; worker < workers; worker++) {
        sum += Atomics.load(words, COMMITTED + worker * LINE + buffer);
      }
      return sum;
    };
    this.#spinUntil(committed, (sum) => sum === valid);
  }

  /** What is awaited is a few instructions away on another thread, unless that one is preempted. */
  #spinUntil(look: () => number, isDone: (value: number) => boolean): number {
    for (let spins = 1;; spins++) {
      const value = look();
      if (isDone(value)) return value;
      if (spins % SPINS === 0) {
        this.lifecycle.check();
        this.sleeper.announce();
        this.sleeper.sleep(0.05);
      }
    }
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
  /** Where this Worker's commits are counted. */
  readonly #committedAt: number;
  /** Where this Worker's next reservation begins if nobody else reserves before it. */
  #expected = 0;
  /** Where the reservations stood when this Worker came back from giving way. */
  #backAt = 0;
  #jitter: number;
  readonly #pauses: number;
  readonly waits: Waits;

  constructor({ memory, workers, worker, pauses }: SwapTicket) {
    this.#shared = new Shared(memory, workers);
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
    let state = Atomics.add(this.#words, STATE, length);
    if ((state & RESERVED) + length > this.#half) state = this.#reserveLater(length, state);
    copyIn(this.#buffers[state >>> 31], state & RESERVED, message);
    this.#commit(state, length);
  }

  sendByte(byte: number): void {
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
    if (at < this.#watermark && end >= this.#watermark) this.#shared.sleeper.wake();
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
      checkLength(length, half);
      this.waits.failedClaims++;
      sleeper.wake();
      // Reserving only where it fits by all that can be seen keeps void reservations few, and the count far
      // from the buffer's bit.
      room.waitUntil(() => (Atomics.load(words, STATE) & RESERVED) + length <= half);
      state = Atomics.add(words, STATE, length);
    }
  }

  flush(): void {}

  close(): void {
    if (this.#shared.lifecycle.closeOne()) this.#shared.sleeper.wake();
  }
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
    params: {},
    variants,
    largestMessage: (capacity) => Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2)),
    open({ producers, workers, capacity }) {
      const half = Math.floor(capacity / 2);
      const memory = new SharedArrayBuffer(Shared.wordCount(workers) * 4 + 2 * half);
      const shared = new Shared(memory, workers);
      shared.words[END] = UNKNOWN;
      shared.lifecycle.open(producers);
      return {
        consumer: new AtomicSwapConsumer(shared),
        tickets: Array.from({ length: workers }, (_, worker) => ({
          strategy: name,
          shared: { memory, workers, worker, pauses } satisfies SwapTicket,
        })),
        transfers: Array.from({ length: workers }, () => []),
        sharedBytes: memory.byteLength,
      };
    },
    join: (ticket) => new AtomicSwapProducer(ticket.shared as SwapTicket),
  };
}

export const atomicSwap = atomicSwapWith({
  name: "atomic-swap",
  summary:
    "the double buffer without a lock: producers reserve with one add, the consumer flips with one exchange",
  pauses: PAUSES,
  variants: [{}],
});
