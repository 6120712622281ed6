const MOST = 65_536;

/** Bytes of a batch where a Worker has that capacity: one is on the way while the next is filled. */
export function batchBytes(capacity: number): number {
  return Math.min(MOST, Math.floor(capacity / 2));
}
