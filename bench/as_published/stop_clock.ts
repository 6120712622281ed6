/**
 * When the published clocks stop, and what had happened by then. The Worker whose producer ends takes the time
 * itself, because the consumer's thread may be in the middle of a write and would notice later.
 *
 *     counts | bytes written, bytes written again |                          the consumer's
 *     words  | ended producers | first mark is made | last mark is made |
 *     marks  | time, sent, written, again: at the first end | … at the last |
 */

/** What had happened when a producer ended. */
export interface Mark {
  /** Time by `sharedNow`. */
  atMs: number;
  sent: number;
  written: number;
  again: number;
}

const WRITTEN = 0;
const AGAIN = 1;
const COUNTS = 2;
const ENDED = 0;
const MADE = 1;
const WORDS = 4;
const FIRST = 0;
const LAST = 1;
const MARK_VALUES = 4;

/** Milliseconds on a clock that all threads share, to within some 14 µs; `performance.now()` alone is not shared. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

export class StopClock {
  readonly memory: SharedArrayBuffer;
  readonly #producers: number;
  /** 64 bits each: bytes that are sent again and again soon pass 32 bits. */
  readonly #counts: BigInt64Array;
  readonly #words: Int32Array;
  readonly #marks: Float64Array;

  constructor(
    producers: number,
    memory = new SharedArrayBuffer(COUNTS * 8 + WORDS * 4 + 2 * MARK_VALUES * 8),
  ) {
    this.memory = memory;
    this.#producers = producers;
    this.#counts = new BigInt64Array(memory, 0, COUNTS);
    this.#words = new Int32Array(memory, COUNTS * 8, WORDS);
    this.#marks = new Float64Array(memory, COUNTS * 8 + WORDS * 4);
  }

  /** Consumer, between runs: begins anew. */
  reset(): void {
    for (let at = 0; at < COUNTS; at++) Atomics.store(this.#counts, at, 0n);
    for (let at = 0; at < WORDS; at++) Atomics.store(this.#words, at, 0);
  }

  /** Consumer: this many bytes were given to the socket, and this many of them not for the first time. */
  wrote(bytes: number, again: number): void {
    Atomics.add(this.#counts, WRITTEN, BigInt(bytes - again));
    if (again > 0) Atomics.add(this.#counts, AGAIN, BigInt(again));
  }

  /** Worker: one of its producers has sent its last message. `sentBy` is asked what all producers have sent by then. */
  producerEnded(sentBy: (ended: number) => number): void {
    const ended = Atomics.add(this.#words, ENDED, 1) + 1;
    const atMs = sharedNow();
    if (ended === 1) this.#mark(FIRST, atMs, sentBy(ended));
    if (ended === this.#producers) this.#mark(LAST, atMs, sentBy(ended));
  }

  #mark(mark: number, atMs: number, sent: number): void {
    const values = [
      atMs,
      sent,
      Number(Atomics.load(this.#counts, WRITTEN)),
      Number(Atomics.load(this.#counts, AGAIN)),
    ];
    this.#marks.set(values, mark * MARK_VALUES);
    // The last store: a thread that sees it sees the values, too.
    Atomics.store(this.#words, MADE + mark, 1);
  }

  /** Whether every producer has ended, so that both marks can be read. */
  allEnded(): boolean {
    return Atomics.load(this.#words, MADE + LAST) === 1 &&
      Atomics.load(this.#words, MADE + FIRST) === 1;
  }

  /** Call when all producers have ended. */
  marks(): { first: Mark; last: Mark } {
    return { first: this.#read(FIRST), last: this.#read(LAST) };
  }

  #read(mark: number): Mark {
    const [atMs, sent, written, again] = this.#marks.subarray(mark * MARK_VALUES);
    return { atMs, sent, written, again };
  }
}
