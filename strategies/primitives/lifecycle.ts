/**
 * The life of a hand-off, in two shared words: how many producers are still open, and whether the consumer has
 * aborted. The end of a stream comes from the producers closing their ends, never from counting messages.
 *
 *     word 0: open producers     word 1: 1 once aborted
 */

/** Words that a lifecycle takes. */
export const LIFECYCLE_WORDS = 2;

/** Every blocked wait looks at the abort word this often, in ms: what a dead peer costs at most. */
export const SLICE_MS = 20;

/** The consumer has given up; whoever sends or receives gets this. */
export class HandoffAborted extends Error {
  override name = "HandoffAborted";
  constructor() {
    super("the hand-off was aborted by its consumer");
  }
}

export class Lifecycle {
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#base = base;
  }

  /** Consumer: (re)open for that many producers. */
  open(producers: number): void {
    Atomics.store(this.#words, this.#base, producers);
  }

  /** A producer has sent its last message. Returns true for the last of them. */
  closeOne(): boolean {
    return Atomics.sub(this.#words, this.#base, 1) === 1;
  }

  /** Whether all producers have closed: what they published before is visible to who sees this. */
  allClosed(): boolean {
    return Atomics.load(this.#words, this.#base) <= 0;
  }

  abort(): void {
    Atomics.store(this.#words, this.#base + 1, 1);
  }

  aborted(): boolean {
    return Atomics.load(this.#words, this.#base + 1) !== 0;
  }

  /** @throws {HandoffAborted} */
  check(): void {
    if (this.aborted()) throw new HandoffAborted();
  }
}
