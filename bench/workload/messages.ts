/**
 * What a message says. Producers build it, the verifier recomputes it; `docs/protocol.md` has the formulas.
 *
 * All content depends on the seed and on the number of the run, so that bytes which an earlier run has left behind are
 * never those that this one sends.
 *
 * One byte: every producer sends the same sequence of the values 0 to 254, which begins where the run says.
 * One byte, grouped, for the second pass: the high four bits name a group of producers, the low four count.
 *
 * Eight bytes and more:
 *
 *     0               4               8                                S
 *     | producer ^ k1 | sequence ^ k2 | body: a block of a small table |     u32, u32 (little-endian), bytes
 *
 * The body is one of a few blocks that depend on seed and run, chosen by producer and sequence. So a message can be
 * recomputed from its first eight bytes, and building one costs the producer two stores and no copy: the
 * cost of making content up must not be what is measured.
 */

/** What the content of a run depends on, both u32. */
export interface Content {
  seed: number;
  /** Counts the runs of a process, so that no two of them send the same. */
  run: number;
}

/** Two u32 that no other run of the seed shares. MurmurHash3's finalizer (Austin Appleby), a bijection. */
export function keysOf({ seed, run }: Content): [number, number] {
  const first = mix(seed ^ mix(run));
  return [first, mix(first + 0x9e37_79b9)];
}

function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** One-byte messages have the values 0 to 254; 255 is never sent. */
export const ONE_BYTE_VALUES = 255;

/**
 * Where a one-byte run begins: message n (from 0) of every producer is (first + n) mod 255. The run's number moves the
 * beginning on, so that 255 neighbouring runs all begin differently. Varying the step as well would cost the sender
 * more than a store.
 */
export function firstOneByte({ seed, run }: Content): number {
  return (seed % ONE_BYTE_VALUES + 97 * (run % ONE_BYTE_VALUES)) % ONE_BYTE_VALUES;
}

/** Number of groups in a grouped run, and of values that each group counts through. */
export const GROUPS = 16;

/** The group of each producer, and the value with which all groups begin: up to 16 producers have a group each. */
export function grouping(content: Content): { groupOf(producer: number): number; first: number } {
  const [factor, offset] = keysOf(content);
  return {
    groupOf: (producer) => (Math.imul(producer, factor | 1) + offset) & (GROUPS - 1),
    // The run's number moves it on, so that neighbouring runs never begin alike.
    first: (content.seed + 5 * content.run) & (GROUPS - 1),
  };
}

/** How many bodies there are for a message size: their table takes about 64 KiB, which stays in a core's caches. */
function blockCount(messageBytes: number): number {
  let count = 64;
  while (count > 8 && count * messageBytes > 65_536) count /= 2;
  return count;
}

/** The index of the body that message `sequence` of `producer` carries. */
export function blockOf(producer: number, sequence: number, blocks: number): number {
  return (Math.imul(producer, 31) + sequence) & (blocks - 1);
}

/** Byte `at` (8 or more) of a message that carries body `block`; the bytes of the key are added in turn. */
function bodyByte(block: number, at: number, key: number): number {
  return (Math.imul(block, 167) + Math.imul(at, 13) + Math.imul(at >>> 8, 7) +
    (key >>> (8 * (at & 3)))) & 0xff;
}

/** All bodies of a size, each at a multiple of `stride` bytes, with room for the eight bytes in front. */
export class MessageTable {
  readonly bytes: Uint8Array;
  readonly blocks: number;
  /** Bytes from one block to the next: the message size, rounded up to a multiple of 8. */
  readonly stride: number;
  readonly messageBytes: number;

  /** @param messageBytes 8 to 65,536 */
  constructor(messageBytes: number, content: Content) {
    const [, key] = keysOf(content);
    this.messageBytes = messageBytes;
    this.blocks = blockCount(messageBytes);
    this.stride = (messageBytes + 7) & ~7;
    this.bytes = new Uint8Array(this.blocks * this.stride);
    for (let block = 0; block < this.blocks; block++) {
      for (let at = 8; at < messageBytes; at++) {
        this.bytes[block * this.stride + at] = bodyByte(block, at, key);
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

  readonly #producerKey: number;
  readonly #sequenceKey: number;

  constructor(messageBytes: number, content: Content) {
    [this.#producerKey, this.#sequenceKey] = keysOf(content);
    this.#table = new MessageTable(messageBytes, content);
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
    this.#words[word] = producer ^ this.#producerKey;
    this.#words[word + 1] = sequence ^ this.#sequenceKey;
    return this.#views[block];
  }
}

/** The 256 one-byte messages, each with a view of its own, so that sending one neither builds nor allocates. */
export function oneByteMessages(): Uint8Array[] {
  return Array.from({ length: 256 }, (_, value) => Uint8Array.of(value));
}

/** The letters of a message from byte `at` of its line on, `count` of them. */
export type LineLetters = (
  producer: number,
  sequence: number,
  at: number,
  count: number,
) => string;

/** The letters of lines. They repeat after 26, so those of a line are cut from one of 26 strings. */
export function lineLetters(content: Content): LineLetters {
  const [offset, key] = keysOf(content);
  const step = 1 + key % 25;
  const alphabets = Array.from(
    { length: 26 },
    (_, first) =>
      Array.from({ length: 26 }, (_, at) => String.fromCharCode(97 + (first + at * step) % 26))
        .join(""),
  );
  return (producer, sequence, at, count) =>
    alphabets[(producer + sequence + at * step + offset) % 26]
      .repeat(Math.ceil(count / 26)).slice(0, count);
}

/** A JSON line with producer, number, and letters up to the size that was asked for. */
export function jsonMessage(
  producer: number,
  sequence: number,
  lineBytes: number,
  letters: LineLetters,
): string {
  const head = `{"producer":${producer},"number":${sequence},"text":"`;
  const count = Math.max(0, lineBytes - 3 - head.length);
  return `${head}${letters(producer, sequence, head.length, count)}"}\n`;
}

/** A text line: producer, sequence, and letters up to the size that was asked for. */
export function lineMessage(
  producer: number,
  sequence: number,
  lineBytes: number,
  letters: LineLetters,
): string {
  const head = `${producer} ${sequence} `;
  const count = Math.max(0, lineBytes - 1 - head.length);
  return `${head}${letters(producer, sequence, head.length, count)}\n`;
}
