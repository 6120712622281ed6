/** Messages of one size from 8 bytes on: producer, sequence, and a body that those two determine. */
import { blockOf, keysOf, MessageTable } from "../workload/messages.ts";
import type { RunHeader, Verdict } from "../wire/protocol.ts";
import { MAX_GAPS, Sequences } from "./sequences.ts";
import { expectedMessages, missingMessages, statusOf, type Verifier } from "./verdict.ts";

/** What names a message: its producer and its number. */
export const NAME_BYTES = 8;

/** A message that was cut by the end of a chunk. */
interface Partial {
  readonly bytes: Uint8Array;
  length: number;
}

export class FixedVerifier implements Verifier {
  readonly #header: RunHeader;
  /** Of mixed lengths the longest. */
  readonly #size: number;
  readonly #table: MessageTable;
  readonly #producerKey: number;
  readonly #sequenceKey: number;
  readonly #sequences: Sequences;
  /** Of each connection. */
  protected readonly partials: readonly Partial[];
  #delivered = 0;
  #corrupted = 0;
  /** Corrupted messages whose own header cannot be trusted: each stands for one that is missing. */
  #nameless = 0;
  #detail = "";

  constructor(header: RunHeader) {
    this.#header = header;
    this.#size = header.messageBytes;
    this.#table = new MessageTable(header.messageBytes, header);
    [this.#producerKey, this.#sequenceKey] = keysOf(header);
    this.#sequences = new Sequences(header.producers, header.messages);
    this.partials = Array.from(
      { length: header.connections?.count ?? 1 },
      () => ({ bytes: new Uint8Array(header.messageBytes), length: 0 }),
    );
  }

  feed(bytes: Uint8Array, connection = 0): void {
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

  /** Whether its name is to be believed. */
  protected check(bytes: Uint8Array, at: number, size: number): boolean {
    const { producer, sequence } = this.nameAt(bytes, at);
    const number = this.#delivered++;
    const known = this.#sequences.knows(producer, sequence);
    const next = known ? this.#sequences.next(producer) : 0;
    if (!known || !this.#bodyMatches(bytes, at, size, producer, sequence)) {
      this.#corrupted++;
      this.#note(number, `has bytes that producer ${producer} never sent as number ${sequence}`);
      const isDue = known && sequence === next;
      if (isDue) this.#sequences.accept(producer, sequence);
      else this.#nameless++;
      return isDue;
    }
    if (!this.#sequences.accept(producer, sequence)) {
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
    if (this.#detail === "") this.#detail = `message ${message} of the stream ${what}`;
  }

  finish(announced: Uint32Array | null = null): Verdict {
    const cut = this.partials.filter(({ length }) => length > 0);
    if (cut.length > 0) {
      this.#note(this.#delivered, `ends after ${cut[0].length} bytes`);
    }
    const { lost, dropped, delivered } = missingMessages(
      this.#sequences,
      this.#nameless,
      announced,
    );
    // Half a message without a missing one (where the length is unknown, say) is still not what was sent.
    const corrupted = this.#corrupted + delivered + (lost === 0 ? cut.length : 0);
    const faults = {
      lost,
      duplicated: this.#sequences.duplicated,
      reordered: this.#sequences.reordered,
      corrupted,
    };
    if (lost > 0 && this.#detail === "") {
      this.#detail = `the stream ends ${lost} messages early`;
    }
    if (delivered > 0 && this.#detail === "") {
      this.#detail = `${delivered} messages came that the trailer says were dropped`;
    }
    if (this.#sequences.overflowed) {
      this.#detail +=
        `; more than ${MAX_GAPS} gaps, so what came late is not told from what came twice`;
    }
    return {
      status: statusOf(faults, dropped),
      expected: expectedMessages(this.#header),
      delivered: this.#delivered,
      ...faults,
      dropped,
      detail: this.#detail,
    };
  }
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
