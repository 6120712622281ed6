/**
 * The listener's clock as its clients see it: ns since a moment of its own choice, never running back. Times are kept
 * as ms until they are sent, so that a chunk allocates no `bigint`.
 */
export function clockNs(ms: number = performance.now()): bigint {
  return BigInt(Math.round(ms * 1e6));
}
