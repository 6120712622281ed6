/** All strategies. A new one needs a file and a line here; options, tables and columns follow from these. */
import { ALTERNATIVES } from "./alternatives/registry.ts";
import { asyncLock } from "./async_lock.ts";
import { atomicSwap } from "./atomic_swap.ts";
import { channel } from "./channel.ts";
import { postMessage } from "./post_message.ts";
import { shardedRings } from "./sharded_rings.ts";
import type { Strategy } from "./strategy.ts";
import { swapBuffer } from "./swap_buffer.ts";

export const STRATEGIES: readonly Strategy[] = [
  channel,
  postMessage,
  swapBuffer,
  asyncLock,
  atomicSwap,
  shardedRings,
];

/** The strategy of that name, including those in `alternatives/`, or undefined. */
export function findStrategy(name: string): Strategy | undefined {
  return [...STRATEGIES, ...ALTERNATIVES].find((strategy) => strategy.name === name);
}
