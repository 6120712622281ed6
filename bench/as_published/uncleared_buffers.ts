/**
 * The post's two buffers: swapped under a mutex, and never cleared. The consumer gets a buffer with all that
 * was ever appended to it, writes all of it, and gives it back unchanged at the next swap; producers append
 * after the old bytes. `strategies/primitives/two_buffers.ts` is the same idea without the mistake.
 *
 *     words   | lock, filling, length 0, length 1 |   a cache line
 *     bytes   | buffer 0: room for every message  | buffer 1: the same |
 *
 * Each buffer has room for all messages of a run, since the post's `Vec` grows without bound: a producer never
 * waits for room. Nobody is woken either: the consumer goes on swapping while nothing is there.
 */
import { LINE } from "../../strategies/primitives/layout.ts";
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
import { Mutex } from "../../strategies/primitives/mutex.ts";
import { Waits } from "../../strategies/primitives/waits.ts";
import type { BlockingProducer } from "../../strategies/strategy.ts";

const LOCK = 0;
const FILLING = LOCK + 1;
const LENGTHS = LOCK + 2;
const WORDS = LINE;

/** What the consumer holds after a swap. */
export interface UnclearedBatch {
  /** The whole buffer, old bytes first. */
  bytes: Uint8Array;
  /** How many of these bytes it has held before. */
  again: number;
}

/** One thread's view of the buffers, which is also a producer's end. */
export class UnclearedBuffers implements BlockingProducer {
  readonly memory: SharedArrayBuffer;
  readonly waits = new Waits();
  readonly #words: Int32Array;
  readonly #buffers: readonly Uint8Array[];
  readonly #mutex: Mutex;
  /** For the consumer: how much of each buffer it has held before. */
  readonly #held = [0, 0];

  /** @param messages of all producers together, one byte each */
  static allocate(messages: number): SharedArrayBuffer {
    return new SharedArrayBuffer(WORDS * 4 + 2 * messages);
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    const room = (memory.byteLength - WORDS * 4) / 2;
    this.#buffers = [
      new Uint8Array(memory, WORDS * 4, room),
      new Uint8Array(memory, WORDS * 4 + room, room),
    ];
    // Nobody ever aborts the post's arms.
    const lifecycle = Lifecycle.create([]);
    this.#mutex = new Mutex(this.#words, LOCK, lifecycle, this.waits, "spin-park");
  }

  /** Producer: lock, push, unlock. */
  sendByte(byte: number): void {
    const words = this.#words;
    this.#mutex.lock();
    const filling = words[FILLING];
    const at = words[LENGTHS + filling];
    this.#buffers[filling][at] = byte;
    words[LENGTHS + filling] = at + 1;
    this.#mutex.unlock();
  }

  /** One-byte messages are all that the post sends. */
  send(message: Uint8Array): void {
    for (const byte of message) this.sendByte(byte);
  }

  flush(): void {}

  close(): void {}

  /** Messages appended so far; each stays in one of the buffers. */
  sent(): number {
    return Atomics.load(this.#words, LENGTHS) + Atomics.load(this.#words, LENGTHS + 1);
  }

  /** Consumer: lock, swap, unlock. */
  swap(): UnclearedBatch {
    const words = this.#words;
    this.#mutex.lock();
    const taken = words[FILLING];
    words[FILLING] = 1 - taken;
    const length = words[LENGTHS + taken];
    this.#mutex.unlock();
    const again = this.#held[taken];
    this.#held[taken] = length;
    return { bytes: this.#buffers[taken].subarray(0, length), again };
  }

  /** Consumer, while no producer runs: empties both buffers, as at the start of each of the post's iterations. */
  reset(): void {
    for (const at of [FILLING, LENGTHS, LENGTHS + 1]) Atomics.store(this.#words, at, 0);
    this.#held.fill(0);
  }
}
