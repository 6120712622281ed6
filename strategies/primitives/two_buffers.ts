/**
 * Two buffers, of which one fills while the other is written; used by swap-buffer and async-lock. The lock around them
 * belongs to the strategy. A method marked "locked" may only be called while that lock is held.
 *
 *     words   | lock, filling, fill, second lock word | room (eventcount) | consumer's sleeper |   one cache line each
 *     bytes   | buffer 0: capacity / 2               | buffer 1: capacity / 2            |
 *
 * `filling` and `fill` are guarded by the lock, so they are plain words on the cache line of the lock, where a thread
 * that has taken the lock needs them next.
 */
import { copyIn, LINE } from "./layout.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { EventCount, HUNGRY, Sleeper } from "./parking.ts";
import { Waits } from "./waits.ts";

const LOCK = 0;
const FILLING = LOCK + 1;
const FILL = LOCK + 2;
const SECOND_LOCK_WORD = LOCK + 3;
const ROOM = LINE;
const SLEEPER = 2 * LINE;
const WORDS = 3 * LINE;

export class TwoBuffers {
  readonly words: Int32Array;
  /** Index of the lock's word. */
  readonly lockAt = LOCK;
  /** Index of a further word, for locks that need two. */
  readonly secondLockWordAt = SECOND_LOCK_WORD;
  /** Bytes of one buffer. */
  readonly half: number;
  readonly lifecycle: Lifecycle;
  readonly waits = new Waits();
  readonly room: EventCount;
  readonly sleeper: Sleeper;
  /** A consumer that is not hungry is woken by the message with which this many bytes have gathered. */
  readonly #watermark: number;
  readonly #buffers: readonly Uint8Array[];

  /** Memory for two buffers of half the capacity (bytes) each. */
  static allocate(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(WORDS * 4 + 2 * Math.floor(capacity / 2));
  }

  constructor(memory: SharedArrayBuffer, lifecycle: Lifecycle) {
    this.words = new Int32Array(memory, 0, WORDS);
    this.half = (memory.byteLength - WORDS * 4) / 2;
    this.#watermark = this.half >>> 1;
    this.#buffers = [
      new Uint8Array(memory, WORDS * 4, this.half),
      new Uint8Array(memory, WORDS * 4 + this.half, this.half),
    ];
    this.lifecycle = lifecycle;
    this.room = new EventCount(this.words, ROOM, this.lifecycle, this.waits);
    this.sleeper = new Sleeper(this.words, SLEEPER);
  }

  /** For the consumer, before anybody joins: where counts that wrap at 2^32 begin. */
  startAt(position: number, lockGoesRound: boolean): void {
    this.words[ROOM] = position;
    if (lockGoesRound) this.words[LOCK] = this.words[SECOND_LOCK_WORD] = position;
  }

  /** Locked. Whether a message of this length fits. */
  fits(length: number): boolean {
    return this.words[FILL] + length <= this.half;
  }

  /** Without the lock: the answer may be stale, so ask `fits` again under the lock. */
  mayFit(length: number): boolean {
    return Atomics.load(this.words, FILL) + length <= this.half;
  }

  /**
   * Locked, and only for a message that fits. Returns whether the consumer must be woken after the lock is released.
   */
  append(message: Uint8Array): boolean {
    const words = this.words;
    const at = words[FILL];
    const end = at + message.length;
    copyIn(this.#buffers[words[FILLING]], at, message);
    words[FILL] = end;
    return this.#sleepsFor(end);
  }

  /** Locked, and only if it fits: the same for a message of one byte. */
  appendByte(byte: number): boolean {
    const words = this.words;
    const at = words[FILL];
    this.#buffers[words[FILLING]][at] = byte;
    words[FILL] = at + 1;
    return this.#sleepsFor(at + 1);
  }

  /** A plain load is enough, since the consumer announces itself before it takes the lock to look again. */
  #sleepsFor(filled: number): boolean {
    const sleeper = this.words[SLEEPER];
    return sleeper !== 0 && (sleeper === HUNGRY || filled >= this.#watermark);
  }

  /** Locked. Empties the filling buffer, and returns a copy of what it held. */
  discard(): Uint8Array {
    const words = this.words;
    const discarded = this.#buffers[words[FILLING]].slice(0, words[FILL]);
    words[FILL] = 0;
    return discarded;
  }

  /**
   * Locked. Returns the filled bytes, or null if there are fewer than wanted; producers go on in the other buffer,
   * which is empty.
   */
  swap(eager: boolean): Uint8Array | null {
    const filled = this.words[FILL];
    if (filled === 0) return null;
    // If a producer waits for room, the buffer is as full as its message allows.
    if (!eager && filled < this.#watermark && !this.room.hasWaiters()) return null;
    const full = this.words[FILLING];
    this.words[FILLING] = 1 - full;
    this.words[FILL] = 0;
    return this.#buffers[full].subarray(0, filled);
  }
}
