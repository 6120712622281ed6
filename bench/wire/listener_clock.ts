/**
 * The listener's clock as its clients are told it: ns since a moment of its own, never back. Kept as ms until it is
 * sent, since a `bigint` for each chunk took time from the runs.
 */
export function clockNs(ms: number = performance.now()): bigint {
  return BigInt(Math.round(ms * 1e6));
}
