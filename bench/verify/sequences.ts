/** Ranges that are remembered in all. What is missing beyond them counts as lost, and as duplicated should it come. */
export const MAX_GAPS = 4_096;

/**
 * Follows every producer's sequence numbers and tells loss, duplication and reordering apart. A good stream
 * costs one compare and one store a message; what is missing is kept as ranges, so memory grows with the
 * faults and not with the messages, and not beyond a bound.
 */
export class Sequences {
  readonly #next: Float64Array;
  readonly #messages: number | null;
  /** Per producer the missing sequence numbers as flat [from, to) pairs, ascending. */
  readonly #missing = new Map<number, number[]>();
  /** Ranges in `#missing`, and messages that were missing when no more could be remembered. */
  #gaps = 0;
  #forgotten = 0;
  duplicated = 0;
  reordered = 0;

  /** @param messages a producer, or null where unknown */
  constructor(producers: number, messages: number | null) {
    this.#next = new Float64Array(producers);
    this.#messages = messages;
  }

  /** Whether such a message can exist at all. */
  knows(producer: number, sequence: number): boolean {
    return producer < this.#next.length && (this.#messages === null || sequence < this.#messages);
  }

  /** The sequence number that would come next from this producer. */
  next(producer: number): number {
    return this.#next[producer];
  }

  /** Count one message in. Returns false where it is out of sequence. Only for what it `knows`. */
  accept(producer: number, sequence: number): boolean {
    const next = this.#next[producer];
    if (sequence === next) {
      this.#next[producer] = next + 1;
      return true;
    }
    if (sequence > next) {
      this.#open(producer, next, sequence);
      this.#next[producer] = sequence + 1;
    } else if (this.#close(producer, sequence)) {
      this.reordered++;
    } else {
      this.duplicated++;
    }
    return false;
  }

  /** Whether gaps were too many to follow each. */
  get overflowed(): boolean {
    return this.#forgotten > 0;
  }

  /** Messages that never came; where the length is unknown, those below the highest that did. */
  missing(): number {
    let count = this.#forgotten;
    for (const ranges of this.#missing.values()) {
      for (let i = 0; i < ranges.length; i += 2) count += ranges[i + 1] - ranges[i];
    }
    if (this.#messages !== null) {
      for (const next of this.#next) count += this.#messages - next;
    }
    return count;
  }

  #open(producer: number, from: number, to: number): void {
    if (this.#gaps >= MAX_GAPS) {
      this.#forgotten += to - from;
      return;
    }
    this.#gaps++;
    const ranges = this.#missing.get(producer);
    if (ranges === undefined) this.#missing.set(producer, [from, to]);
    else ranges.push(from, to);
  }

  #close(producer: number, sequence: number): boolean {
    const ranges = this.#missing.get(producer);
    if (ranges === undefined) return false;
    let low = 0;
    let high = ranges.length >>> 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[2 * middle + 1] <= sequence) low = middle + 1;
      else high = middle;
    }
    const at = 2 * low;
    if (at >= ranges.length || sequence < ranges[at]) return false;
    const [from, to] = [ranges[at], ranges[at + 1]];
    const left = sequence > from ? [from, sequence] : [];
    const right = sequence + 1 < to ? [sequence + 1, to] : [];
    this.#gaps += (left.length + right.length) / 2 - 1;
    ranges.splice(at, 2, ...left, ...right);
    return true;
  }
}
