/** Messages of one size from 8 bytes on: producer, sequence, and a body that those two determine. */
import { blockOf, keysOf, MessageTable } from "../messages.ts";
import type { RunHeader, Verdict } from "../protocol.ts";
import { MAX_GAPS, Sequences } from "./sequences.ts";
import { expectedMessages, statusOf, type Verifier } from "./verdict.ts";

export class FixedVerifier implements Verifier {
  readonly #header: RunHeader;
  readonly #size: number;
  readonly #table: MessageTable;
  readonly #producerKey: number;
  readonly #sequenceKey: number;
  readonly #sequences: Sequences;
  /** A message that was cut by the end of a chunk. */
  readonly #partial: Uint8Array;
  #partialBytes = 0;
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
    this.#partial = new Uint8Array(header.messageBytes);
  }

  feed(bytes: Uint8Array): void {
    const size = this.#size;
    let at = 0;
    if (this.#partialBytes > 0) {
      at = Math.min(size - this.#partialBytes, bytes.length);
      this.#partial.set(bytes.subarray(0, at), this.#partialBytes);
      this.#partialBytes += at;
      if (this.#partialBytes < size) return;
      this.#check(this.#partial, 0);
      this.#partialBytes = 0;
    }
    for (; at + size <= bytes.length; at += size) this.#check(bytes, at);
    if (at < bytes.length) {
      this.#partial.set(bytes.subarray(at));
      this.#partialBytes = bytes.length - at;
    }
  }

  #check(bytes: Uint8Array, at: number): void {
    const producer = (u32(bytes, at) ^ this.#producerKey) >>> 0;
    const sequence = (u32(bytes, at + 4) ^ this.#sequenceKey) >>> 0;
    const number = this.#delivered++;
    const known = this.#sequences.knows(producer, sequence);
    const next = known ? this.#sequences.next(producer) : 0;
    if (!known || !this.#bodyMatches(bytes, at, producer, sequence)) {
      this.#corrupted++;
      this.#note(number, `has bytes that producer ${producer} never sent as number ${sequence}`);
      if (known && sequence === next) this.#sequences.accept(producer, sequence);
      else this.#nameless++;
      return;
    }
    if (!this.#sequences.accept(producer, sequence)) {
      this.#note(number, `is number ${sequence} of producer ${producer} where ${next} was due`);
    }
  }

  #bodyMatches(bytes: Uint8Array, at: number, producer: number, sequence: number): boolean {
    const { bytes: table, blocks, stride } = this.#table;
    const offset = blockOf(producer, sequence, blocks) * stride - at;
    for (let i = at + 8, end = at + this.#size; i < end; i++) {
      if (bytes[i] !== table[offset + i]) return false;
    }
    return true;
  }

  #note(message: number, what: string): void {
    if (this.#detail === "") this.#detail = `message ${message} of the stream ${what}`;
  }

  finish(): Verdict {
    const missing = this.#sequences.missing();
    if (this.#partialBytes > 0) {
      this.#note(this.#delivered, `ends after ${this.#partialBytes} of ${this.#size} bytes`);
    }
    const lost = Math.max(0, missing - this.#nameless);
    // Half a message without a missing one (where the length is unknown, say) is still not what was sent.
    const corrupted = this.#corrupted + (this.#partialBytes > 0 && lost === 0 ? 1 : 0);
    const faults = {
      lost,
      duplicated: this.#sequences.duplicated,
      reordered: this.#sequences.reordered,
      corrupted,
    };
    if (lost > 0 && this.#detail === "") {
      this.#detail = `the stream ends ${lost} messages early`;
    }
    if (this.#sequences.overflowed) {
      this.#detail +=
        `; more than ${MAX_GAPS} gaps, so what came late is not told from what came twice`;
    }
    return {
      status: statusOf(faults),
      expected: expectedMessages(this.#header),
      delivered: this.#delivered,
      ...faults,
      detail: this.#detail,
    };
  }
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
