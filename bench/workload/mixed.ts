/**
 * Messages of mixed lengths, as `--message-size 16..4096` asks for: their bytes are those of messages of one size, and
 * the length of each follows from its producer and number.
 *
 * Lengths are spread evenly over doublings: as many messages are 16 to 32 bytes long as 2,048 to 4,096, so that short
 * ones, which cost by the message, and long ones, which cost by the byte, both count. If lengths were spread evenly
 * over bytes, nearly all would be long.
 */
import { blockOf, type Content, keysOf, MessageTable } from "./messages.ts";

/** The sizes of a run's messages: the longest, and for a mix the shortest, too. */
export interface Sizes {
  /** Left out where all messages have `messageBytes`. */
  leastBytes?: number;
  messageBytes: number;
}

/** Whether lengths differ. Lines do not count: their lengths are the workload's own. */
export function isMixed(
  { leastBytes, messageBytes, workload = "bytes" }: Sizes & { workload?: string },
): boolean {
  return workload === "bytes" && leastBytes !== undefined && leastBytes < messageBytes;
}

/** How many different lengths a mix has. */
const LENGTHS = 64;

/**
 * All lengths of a mix, ascending, from the shortest to the longest. Computed with whole numbers alone, so that any
 * language finds the same.
 */
export function lengthsOf({ leastBytes = 0, messageBytes }: Sizes): number[] {
  let doublings = 0;
  while (leastBytes * 2 ** doublings < messageBytes) doublings++;
  const last = LENGTHS - 1;
  return Array.from({ length: LENGTHS }, (_, at) => {
    const whole = Math.floor(at * doublings / last);
    const part = at * doublings % last;
    return Math.min(messageBytes, Math.floor(leastBytes * 2 ** whole * (last + part) / last));
  });
}

/** Which of the lengths a message has. Messages with neighbouring numbers have lengths that are far apart. */
export function lengthAt(producer: number, sequence: number, key: number): number {
  return Math.imul((Math.imul(producer, 31) + sequence) ^ key, 0x9e37_79b1) >>> 26;
}

/** Builds messages as `MessageBuilder` does. */
export class MixedBuilder {
  readonly #table: MessageTable;
  readonly #words: Int32Array;
  /** A view for each length of each body: making one takes longer than handing a short message over. */
  readonly #views: Uint8Array[];
  readonly #producerKey: number;
  readonly #sequenceKey: number;

  constructor(sizes: Sizes, content: Content) {
    [this.#producerKey, this.#sequenceKey] = keysOf(content);
    this.#table = new MessageTable(sizes.messageBytes, content);
    const { bytes, blocks, stride } = this.#table;
    this.#words = new Int32Array(bytes.buffer);
    const lengths = lengthsOf(sizes);
    this.#views = Array.from({ length: blocks * LENGTHS }, (_, at) => {
      const start = Math.floor(at / LENGTHS) * stride;
      return bytes.subarray(start, start + lengths[at % LENGTHS]);
    });
  }

  /** The returned view is valid until the next call. */
  build(producer: number, sequence: number): Uint8Array {
    const block = blockOf(producer, sequence, this.#table.blocks);
    const word = (block * this.#table.stride) >>> 2;
    this.#words[word] = producer ^ this.#producerKey;
    this.#words[word + 1] = sequence ^ this.#sequenceKey;
    return this.#views[block * LENGTHS + lengthAt(producer, sequence, this.#sequenceKey)];
  }
}
