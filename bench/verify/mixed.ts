/**
 * Messages of mixed lengths: each is as long as its first eight bytes say; otherwise they are like those of one size.
 */
import { lengthAt, lengthsOf } from "../workload/mixed.ts";
import { keysOf } from "../workload/messages.ts";
import type { RunHeader } from "../wire/protocol.ts";
import { FixedVerifier, NAME_BYTES } from "./fixed.ts";

export class MixedVerifier extends FixedVerifier {
  readonly #lengths: readonly number[];
  readonly #key: number;
  /** Connections with a message whose name is corrupt: nothing says where the next message begins. */
  readonly #lost = new Set<number>();

  constructor(header: RunHeader) {
    super(header);
    this.#lengths = lengthsOf(header);
    [, this.#key] = keysOf(header);
  }

  override feed(bytes: Uint8Array, connection = 0): void {
    const partial = this.partials[connection];
    for (let at = 0; at < bytes.length && !this.#lost.has(connection);) {
      if (partial.length === 0 && bytes.length - at >= NAME_BYTES) {
        const size = this.#sizeOf(bytes, at);
        if (at + size <= bytes.length) {
          if (!this.check(bytes, at, size)) this.#lost.add(connection);
          at += size;
          continue;
        }
      }
      const wanted = partial.length < NAME_BYTES ? NAME_BYTES : this.#sizeOf(partial.bytes, 0);
      const taken = Math.min(wanted - partial.length, bytes.length - at);
      partial.bytes.set(bytes.subarray(at, at + taken), partial.length);
      partial.length += taken;
      at += taken;
      if (partial.length < NAME_BYTES) continue;
      const size = this.#sizeOf(partial.bytes, 0);
      if (partial.length < size) continue;
      if (!this.check(partial.bytes, 0, size)) this.#lost.add(connection);
      partial.length = 0;
    }
  }

  /** The length that the name says. For a name that no message has, it is as good as any other. */
  #sizeOf(bytes: Uint8Array, at: number): number {
    const { producer, sequence } = this.nameAt(bytes, at);
    return this.#lengths[lengthAt(producer, sequence, this.#key)];
  }
}
