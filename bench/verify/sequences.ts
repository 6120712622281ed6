/** Ranges that are remembered in all. What is missing beyond them counts as lost, and as duplicated should it come. */
export const MAX_GAPS = 4_096;

/**
 * Follows every producer's sequence numbers and tells loss, duplication and reordering apart. A good stream
 * costs one compare and one store per message; what is missing is kept as ranges, so memory grows with the
 * faults and not with the messages, and not beyond a bound.
 */
export class Sequences {
  readonly #next: Float64Array;
  readonly #messages: number | null;
  /** Per producer the missing sequence numbers as flat [from, to) pairs, ascending. */
  readonly #missing = new Map<number, number[]>();
  /** Per producer how many are missing below the next one, whether their ranges are remembered or not. */
  readonly #absent: Float64Array;
  /** Ranges in `#missing`. */
  #gaps = 0;
  #overflowed = false;
  duplicated = 0;
  reordered = 0;

  /** @param messages per producer, or null where unknown */
  constructor(producers: number, messages: number | null) {
    this.#next = new Float64Array(producers);
    this.#absent = new Float64Array(producers);
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
    return this.#overflowed;
  }

  /** Messages that never came; where the length is unknown, those below the highest that did. */
  missing(): number {
    let count = 0;
    for (let producer = 0; producer < this.#next.length; producer++) {
      count += this.missingOf(producer);
    }
    return count;
  }

  /** The same of one producer. */
  missingOf(producer: number): number {
    const tail = this.#messages === null ? 0 : this.#messages - this.#next[producer];
    return this.#absent[producer] + tail;
  }

  #open(producer: number, from: number, to: number): void {
    this.#absent[producer] += to - from;
    if (this.#gaps >= MAX_GAPS) {
      this.#overflowed = true;
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
    this.#absent[producer]--;
    ranges.splice(at, 2, ...left, ...right);
    return true;
  }
}
