/**
 * eager-swap: atomic-swap whose producers reserve at once, whoever else does: nobody ever waits.
 *
 * Lost: the word that all add to goes from core to core with every message, at several times the price of an add.
 * Staying away for some microseconds after meeting another producer is faster for both.
 */
import { atomicSwapWith } from "../atomic_swap.ts";

export const eagerSwap = atomicSwapWith({
  name: "eager-swap",
  summary: "atomic-swap without giving way; lost to contention on the word that all add to",
  pauses: 0,
  variants: [],
});
