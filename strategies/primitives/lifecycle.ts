/**
 * The life of a hand-off, in shared words: how many producers are still open, on each Worker and in all, and whether
 * the consumer has aborted. A stream ends because its producers close their ends, never because messages were counted.
 *
 *     | aborted | open producers in all | open producers of Worker 0, 1, 2 … |
 *
 * It has its own memory: nearly every message looks at the abort word, so nothing that changes often may share its cache
 * line.
 */
import { LINE, roundUp } from "./layout.ts";

/** Every blocked wait looks at the abort word this often (ms), so a dead peer costs no more than that. */
export const SLICE_MS = 20;

/** Index of the word that is not 0 once the hand-off was aborted. */
const ABORTED = 0;
const OPEN = LINE;
const OPEN_OF = LINE + 1;

/** Thrown on both ends after the consumer has given up. */
export class HandoffAborted extends Error {
  override name = "HandoffAborted";
  constructor() {
    super("the hand-off was aborted by its consumer");
  }
}

/** How many producers live on each Worker: a list stays as it is, a number is dealt out like cards. */
export function producersByWorker(
  producers: number | readonly number[],
  workers: number,
): readonly number[] {
  if (typeof producers !== "number") return producers;
  return Array.from(
    { length: workers },
    (_, w) => Math.max(0, Math.ceil((producers - w) / workers)),
  );
}

export class Lifecycle {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** For the consumer: creates the life of a hand-off that is open for these numbers of producers on each Worker. */
  static create(producers: readonly number[]): Lifecycle {
    const words = roundUp(OPEN_OF + producers.length, LINE);
    const lifecycle = new Lifecycle(new SharedArrayBuffer(words * 4));
    lifecycle.open(producers);
    return lifecycle;
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** For the consumer: opens it (again) for these numbers of producers on each Worker. */
  open(producers: readonly number[]): void {
    for (const [worker, count] of producers.entries()) {
      Atomics.store(this.#words, OPEN_OF + worker, count);
    }
    Atomics.store(this.#words, OPEN, producers.reduce((sum, count) => sum + count, 0));
  }

  /**
   * For a producer: one on this Worker has sent its last message. Returns whether it was the last one of its Worker, so
   * that the consumer must look.
   * @throws {HandoffAborted}
   * @throws {RangeError} if all of the Worker's producers have closed already
   */
  closeOne(worker: number): boolean {
    this.checkMayClose(worker);
    const last = this.leave(worker);
    this.countClosed();
    return last;
  }

  /** The first half of `closeOne`, for a strategy whose closes follow its messages. */
  checkMayClose(worker: number): void {
    this.check();
    if (this.openOf(worker) > 0) return;
    throw new RangeError(
      "every producer of this Worker has closed already; the ticket says how many there are",
    );
  }

  /** For a producer: one of this Worker's is gone. Returns whether it was the last of them. */
  leave(worker: number): boolean {
    return Atomics.sub(this.#words, OPEN_OF + worker, 1) === 1;
  }

  /** Counts one producer less in all. */
  countClosed(): void {
    Atomics.sub(this.#words, OPEN, 1);
  }

  /** Producers of a Worker that have not closed. */
  openOf(worker: number): number {
    return Atomics.load(this.#words, OPEN_OF + worker);
  }

  /** Whether all producers have closed. A thread that sees this also sees what they published before. */
  allClosed(): boolean {
    return Atomics.load(this.#words, OPEN) <= 0;
  }

  abort(): void {
    Atomics.store(this.#words, ABORTED, 1);
  }

  aborted(): boolean {
    return Atomics.load(this.#words, ABORTED) !== 0;
  }

  /** @throws {HandoffAborted} */
  check(): void {
    if (this.aborted()) throw new HandoffAborted();
  }

  /**
   * The same by a plain load, for the path of every message, since an atomic load costs V8 ten times as much. A thread
   * sees its own abort at once and another one's a moment later; wherever it waits, it looks atomically.
   * @throws {HandoffAborted}
   */
  glance(): void {
    if (this.#words[ABORTED] !== 0) throw new HandoffAborted();
  }
}
