/** When the consumer received what: a time for each batch, kept until the clock has stopped. */

/** Batches that have room at first; the room doubles when it is used up. */
const ROOM = 4_096;

/**
 * Belongs to one thread. A stamp costs two stores and a look at the clock; it allocates only where the room is used up.
 */
export class Stamps {
  #bytes: Float64Array = new Float64Array(ROOM);
  #ms: Float64Array = new Float64Array(ROOM);
  count = 0;

  /**
   * @param bytes received so far, this batch included
   * @param ms the time; only tests give another than now
   */
  add(bytes: number, ms = performance.now()): void {
    if (this.count === this.#bytes.length) {
      this.#bytes = grown(this.#bytes);
      this.#ms = grown(this.#ms);
    }
    this.#bytes[this.count] = bytes;
    this.#ms[this.count++] = ms;
  }

  clear(): void {
    this.count = 0;
  }

  /** Bytes received up to stamp `at`, ascending. */
  bytesAt(at: number): number {
    return this.#bytes[at];
  }

  msAt(at: number): number {
    return this.#ms[at];
  }
}

function grown(values: Float64Array): Float64Array {
  const more = new Float64Array(2 * values.length);
  more.set(values);
  return more;
}
