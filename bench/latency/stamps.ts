/** When the consumer received what: a time for each run of bytes, kept until the clock has stopped. */

/** Runs of bytes that have room at first; it doubles. */
const ROOM = 4_096;

/** Belongs to one thread. A stamp costs two stores and a look at the clock; it allocates where the room is used up. */
export class Stamps {
  #bytes: Float64Array = new Float64Array(ROOM);
  #ms: Float64Array = new Float64Array(ROOM);
  count = 0;

  /**
   * @param bytes received in all, the run that has just come included
   * @param ms when; another than now for tests
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

  /** Bytes up to the end of stamp `at`, ascending. */
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
