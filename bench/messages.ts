/**
 * What a message says. Producers build it, the verifier recomputes it; `docs/protocol.md` has the formulas.
 *
 * One byte: the post's "potato". Every producer sends 1, 2, …, 254, 0, 1, …
 *
 * Eight bytes and more:
 *
 *     0         4         8                                S
 *     | producer | sequence | body: a block of a small table |     u32, u32 (little-endian), bytes
 *
 * The body is one of a few blocks that depend on the seed, chosen by producer and sequence. So a message is
 * recomputed from its first eight bytes, and building one costs the producer two stores and no copy: the
 * cost of inventing content must not be what is measured.
 */

/** One-byte messages take the values 0 to 254; 255 is never sent. */
export const ONE_BYTE_VALUES = 255;

/** The value of a producer's message number `sequence` (from 0): 1, 2, …, 254, 0, 1, … */
export function oneByteValue(sequence: number): number {
  return (sequence + 1) % ONE_BYTE_VALUES;
}

/** How many bodies a message size has: a table of about 64 KiB, which stays in a core's caches. */
export function blockCount(messageBytes: number): number {
  let count = 64;
  while (count > 8 && count * messageBytes > 65_536) count /= 2;
  return count;
}

/** The index of the body that message `sequence` of `producer` carries. */
export function blockOf(producer: number, sequence: number, blocks: number): number {
  return (Math.imul(producer, 31) + sequence) & (blocks - 1);
}

/** Byte `at` (8 or more) of a message that carries body `block`. */
export function bodyByte(block: number, at: number, seed: number): number {
  return (Math.imul(block, 167) + Math.imul(at, 13) + Math.imul(at >>> 8, 7) + seed) & 0xff;
}

/** All bodies of a size, each at its multiple of `stride` bytes, room for the eight bytes in front included. */
export class MessageTable {
  readonly bytes: Uint8Array;
  readonly blocks: number;
  /** Bytes from one block to the next: the message size, up to a multiple of 8. */
  readonly stride: number;
  readonly messageBytes: number;

  /** @param messageBytes 8 to 65,536 */
  constructor(messageBytes: number, seed: number) {
    this.messageBytes = messageBytes;
    this.blocks = blockCount(messageBytes);
    this.stride = (messageBytes + 7) & ~7;
    this.bytes = new Uint8Array(this.blocks * this.stride);
    for (let block = 0; block < this.blocks; block++) {
      for (let at = 8; at < messageBytes; at++) {
        this.bytes[block * this.stride + at] = bodyByte(block, at, seed);
      }
    }
  }
}

/**
 * Builds the messages of the producers of one thread, allocating nothing per message. The returned view is
 * valid until the next call: the hand-off copies it before it returns.
 */
export class MessageBuilder {
  readonly #table: MessageTable;
  readonly #words: Int32Array;
  readonly #views: Uint8Array[];

  constructor(messageBytes: number, seed: number) {
    this.#table = new MessageTable(messageBytes, seed);
    const { bytes, blocks, stride } = this.#table;
    this.#words = new Int32Array(bytes.buffer);
    this.#views = Array.from(
      { length: blocks },
      (_, block) => bytes.subarray(block * stride, block * stride + messageBytes),
    );
  }

  build(producer: number, sequence: number): Uint8Array {
    const block = blockOf(producer, sequence, this.#table.blocks);
    const word = (block * this.#table.stride) >>> 2;
    this.#words[word] = producer;
    this.#words[word + 1] = sequence;
    return this.#views[block];
  }
}

/** The 255 one-byte messages, each a view of its own: sending one neither builds nor allocates. */
export function oneByteMessages(): Uint8Array[] {
  return Array.from({ length: ONE_BYTE_VALUES }, (_, value) => Uint8Array.of(value));
}

/** A text line for `newline` framing: producer, sequence, and letters up to the size that was asked for. */
export function lineMessage(producer: number, sequence: number, lineBytes: number): string {
  let line = `${producer} ${sequence} `;
  while (line.length < lineBytes - 1) line += lineLetter(producer, sequence, line.length);
  return line + "\n";
}

/** The letter at place `at` of a line. */
export function lineLetter(producer: number, sequence: number, at: number): string {
  return String.fromCharCode(97 + ((producer + sequence + at) % 26));
}
