/**
 * Ranges of missing messages that are remembered. What is missing beyond them counts as lost, and as duplicated if it
 * comes after all.
 */
export const MAX_GAPS = 4_096;

/**
 * Follows every producer's sequence numbers and tells loss, duplication and reordering apart. A correct stream costs
 * one comparison and one store per message. Missing messages are kept as ranges, so memory grows with the faults and
 * not with the messages, and has a limit.
 */
export class Sequences {
  readonly #next: Float64Array;
  readonly #messages: number | null;
  /** For each producer, the missing sequence numbers as flat [from, to) pairs, ascending. */
  readonly #missing = new Map<number, number[]>();
  /** For each producer, how many numbers are missing below the next one, whether their ranges are remembered or not. */
  readonly #absent: Float64Array;
  /** Number of ranges in `#missing`. */
  #gaps = 0;
  #overflowed = false;
  duplicated = 0;
  reordered = 0;

  /** @param messages of each producer, or null where unknown */
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

  /** Counts a message that it `knows`. Returns false where the message is out of sequence. */
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

  /** Whether there were too many gaps to follow each of them. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Messages that never came; where the number of messages is unknown, those below the highest that came. */
  missing(): number {
    let count = 0;
    for (let producer = 0; producer < this.#next.length; producer++) {
      count += this.missingOf(producer);
    }
    return count;
  }

  /** The same for one producer. */
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
