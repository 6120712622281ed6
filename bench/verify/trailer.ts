/**
 * The end of a stream, which is no message: in it the client says how many messages of each producer it has dropped.
 */
import { decodeTrailer, trailerBytes } from "../wire/answers.ts";

export class Trailer {
  readonly #producers: number;
  /** The last bytes that have come. Whether they are the trailer is known only when the stream has ended. */
  readonly #held: Uint8Array;
  #length = 0;

  constructor(producers: number) {
    this.#producers = producers;
    this.#held = new Uint8Array(trailerBytes(producers));
  }

  /** Takes the next bytes of the stream, and passes on those that are certain to be messages. */
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

  /** How many messages of each producer were dropped; null where the stream does not end with a trailer. */
  announced(): Uint32Array | null {
    return decodeTrailer(this.#held.subarray(0, this.#length), this.#producers);
  }
}
