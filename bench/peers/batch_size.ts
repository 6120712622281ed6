const MOST = 65_536;

/** Bytes of a batch for a Worker with that capacity: one batch is on its way while the next is filled. */
export function batchBytes(capacity: number): number {
  return Math.min(MOST, Math.floor(capacity / 2));
}
