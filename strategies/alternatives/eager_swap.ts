/**
 * eager-swap: atomic-swap whose producers reserve at once whatever others do, so that none ever stays away.
 *
 * Lost: the word that all producers add to moves from core to core with every message, which costs several times as
 * much as an add. It is faster for both if a producer that meets another one stays away for some microseconds.
 */
import { atomicSwapWith } from "../atomic_swap.ts";

export const eagerSwap = atomicSwapWith({
  name: "eager-swap",
  summary: "atomic-swap without giving way; lost to contention on the word that all add to",
  pauses: 0,
  variants: [],
});
