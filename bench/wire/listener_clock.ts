/**
 * The listener's clock as its clients are told it: ns since a moment of its own, never back. Kept as ms until it is
 * sent, so that a chunk allocates no `bigint`.
 */
export function clockNs(ms: number = performance.now()): bigint {
  return BigInt(Math.round(ms * 1e6));
}
