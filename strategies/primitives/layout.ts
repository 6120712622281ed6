/**
 * Where shared words are placed. Two words that different threads write must not share a cache line, or every store to
 * one evicts the other ("false sharing"). 128 bytes, because x86 prefetches lines in pairs and Apple's ARM cores have
 * 128-byte lines; crossbeam's `CachePadded` uses the same number.
 */
const CACHE_LINE_BYTES = 128;

/** The most shared memory of one hand-off, in bytes; masks and sums of its indices stay below 2^31. */
export const MAX_MEMORY_BYTES = 2 ** 30;

/** 32-bit words in a cache line: the distance between two words that different threads write. */
export const LINE = CACHE_LINE_BYTES / 4;

/** The next multiple of a power of two. */
export function roundUp(value: number, step: number): number {
  return (value + step - 1) & ~(step - 1);
}

/** The least power of two that is not smaller, for rings whose positions are masked. */
export function powerOfTwo(atLeast: number): number {
  let power = 1;
  while (power < atLeast) power *= 2;
  return power;
}

/** Up to this many bytes, a loop that copies eight at a time is faster than a call of `TypedArray.set`. */
const LOOP_BYTES = 24;

/** Copies a message into shared bytes without allocating. */
export function copyIn(target: Uint8Array, at: number, message: Uint8Array): void {
  const length = message.length;
  if (length > LOOP_BYTES) return target.set(message, at);
  let from = 0;
  let to = at | 0;
  for (; from < (length & ~7); from += 8, to += 8) {
    target[to] = message[from];
    target[to + 1] = message[from + 1];
    target[to + 2] = message[from + 2];
    target[to + 3] = message[from + 3];
    target[to + 4] = message[from + 4];
    target[to + 5] = message[from + 5];
    target[to + 6] = message[from + 6];
    target[to + 7] = message[from + 7];
  }
  for (; from < length; from++, to++) target[to] = message[from];
}
