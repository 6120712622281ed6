/** Messages of one size from 8 bytes on: producer, sequence number, and a body that these two determine. */
import { blockOf, keysOf, MessageTable } from "../workload/messages.ts";
import type { RunHeader, Verdict } from "../wire/protocol.ts";
import { NumberedVerifier } from "./numbered.ts";

/** Bytes of a message's name, which is its producer and its number. */
export const NAME_BYTES = 8;

/** The beginning of a message that was cut by the end of a chunk. */
interface Partial {
  readonly bytes: Uint8Array;
  length: number;
}

export class FixedVerifier extends NumberedVerifier {
  /** Bytes of a message; of mixed lengths, the longest. */
  readonly #size: number;
  readonly #table: MessageTable;
  readonly #producerKey: number;
  readonly #sequenceKey: number;
  /** One for each connection. */
  protected readonly partials: readonly Partial[];

  constructor(header: RunHeader) {
    super(header);
    this.#size = header.messageBytes;
    this.#table = new MessageTable(header.messageBytes, header);
    [this.#producerKey, this.#sequenceKey] = keysOf(header);
    this.partials = Array.from(
      { length: header.connections?.count ?? 1 },
      () => ({ bytes: new Uint8Array(header.messageBytes), length: 0 }),
    );
  }

  override feed(bytes: Uint8Array, connection = 0): void {
    const size = this.#size;
    const partial = this.partials[connection];
    let at = 0;
    if (partial.length > 0) {
      at = Math.min(size - partial.length, bytes.length);
      partial.bytes.set(bytes.subarray(0, at), partial.length);
      partial.length += at;
      if (partial.length < size) return;
      this.check(partial.bytes, 0, size);
      partial.length = 0;
    }
    for (; at + size <= bytes.length; at += size) this.check(bytes, at, size);
    if (at < bytes.length) {
      partial.bytes.set(bytes.subarray(at));
      partial.length = bytes.length - at;
    }
  }

  protected nameAt(bytes: Uint8Array, at: number): { producer: number; sequence: number } {
    return {
      producer: (u32(bytes, at) ^ this.#producerKey) >>> 0,
      sequence: (u32(bytes, at + 4) ^ this.#sequenceKey) >>> 0,
    };
  }

  /** Checks one message. Returns whether its name can be believed. */
  protected check(bytes: Uint8Array, at: number, size: number): boolean {
    const { producer, sequence } = this.nameAt(bytes, at);
    const number = this.delivered++;
    const known = this.sequences.knows(producer, sequence);
    if (!known || !this.#bodyMatches(bytes, at, size, producer, sequence)) {
      this.corrupted++;
      this.#note(number, `has bytes that producer ${producer} never sent as number ${sequence}`);
      if (known) return this.believe(producer, sequence);
      this.nameless++;
      return false;
    }
    const next = this.sequences.next(producer);
    if (!this.sequences.accept(producer, sequence)) {
      this.#note(number, `is number ${sequence} of producer ${producer} where ${next} was due`);
    }
    return true;
  }

  #bodyMatches(
    bytes: Uint8Array,
    at: number,
    size: number,
    producer: number,
    sequence: number,
  ): boolean {
    const { bytes: table, blocks, stride } = this.#table;
    const offset = blockOf(producer, sequence, blocks) * stride - at;
    for (let i = at + NAME_BYTES, end = at + size; i < end; i++) {
      if (bytes[i] !== table[offset + i]) return false;
    }
    return true;
  }

  #note(message: number, what: string): void {
    this.note(`message ${message} of the stream ${what}`);
  }

  override finish(announced: Uint32Array | null = null): Verdict {
    const cut = this.partials.filter(({ length }) => length > 0);
    if (cut.length > 0) this.#note(this.delivered, `ends after ${cut[0].length} bytes`);
    return this.verdict(announced, cut.length);
  }
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
