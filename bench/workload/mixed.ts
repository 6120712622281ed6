/**
 * Messages of mixed lengths, as `--message-size 16..4096` asks for: of the same bytes as those of one size, and each as long
 * as its producer and number say.
 *
 * Lengths double evenly: as many messages are 16 to 32 bytes long as 2,048 to 4,096, so that short ones, which cost by the
 * message, and long ones, which cost by the byte, both count. With lengths spread evenly nearly all would be long.
 */
import { blockOf, type Content, keysOf, MessageTable } from "./messages.ts";

/** What a run's messages are: the longest, and of a mix the shortest, too. */
export interface Sizes {
  /** Left out: all have `messageBytes`. */
  leastBytes?: number;
  messageBytes: number;
}

/** Whether lengths differ; those of lines are the workload's own. */
export function isMixed(
  { leastBytes, messageBytes, workload = "bytes" }: Sizes & { workload?: string },
): boolean {
  return workload === "bytes" && leastBytes !== undefined && leastBytes < messageBytes;
}

/** Lengths that a mix has. */
const LENGTHS = 64;

/** All of them, ascending, from the shortest to the longest. Whole numbers alone, so that any language finds the same. */
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

/** Which of the lengths a message has: neighbours in number have lengths far apart. */
export function lengthAt(producer: number, sequence: number, key: number): number {
  return Math.imul((Math.imul(producer, 31) + sequence) ^ key, 0x9e37_79b1) >>> 26;
}

/** Builds messages as `MessageBuilder` does. */
export class MixedBuilder {
  readonly #table: MessageTable;
  readonly #words: Int32Array;
  /** A view for each length of each body: to make one takes longer than to hand a short message over. */
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

  /** Valid until the next call. */
  build(producer: number, sequence: number): Uint8Array {
    const block = blockOf(producer, sequence, this.#table.blocks);
    const word = (block * this.#table.stride) >>> 2;
    this.#words[word] = producer ^ this.#producerKey;
    this.#words[word + 1] = sequence ^ this.#sequenceKey;
    return this.#views[block * LENGTHS + lengthAt(producer, sequence, this.#sequenceKey)];
  }
}
