/** The end of a stream that is no message: what its client says that it has dropped, a count for each producer. */
import { decodeTrailer, trailerBytes } from "../wire/answers.ts";

export class Trailer {
  readonly #producers: number;
  /** The last bytes that have come: whether they are the trailer is known when the stream has ended. */
  readonly #held: Uint8Array;
  #length = 0;

  constructor(producers: number) {
    this.#producers = producers;
    this.#held = new Uint8Array(trailerBytes(producers));
  }

  /** Take the next bytes of the stream, and hand on those that are messages for certain. */
  take(bytes: Uint8Array, onMessages: (bytes: Uint8Array) => void): void {
    const size = this.#held.length;
    const surplus = this.#length + bytes.length - size;
    if (surplus <= 0) {
      this.#held.set(bytes, this.#length);
      this.#length += bytes.length;
      return;
    }
    const old = Math.min(surplus, this.#length);
    if (old > 0) onMessages(this.#held.slice(0, old));
    if (surplus > old) onMessages(bytes.subarray(0, surplus - old));
    this.#held.copyWithin(0, old, this.#length);
    this.#held.set(bytes.subarray(surplus - old), this.#length - old);
    this.#length = size;
  }

  /** What was dropped of each producer; null where the stream does not end with a trailer. */
  announced(): Uint32Array | null {
    return decodeTrailer(this.#held.subarray(0, this.#length), this.#producers);
  }
}
