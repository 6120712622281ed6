/**
 * Mistakes that the proof of delivery must catch. If a wake-up is lost, every wait still ends by itself after a slice,
 * which costs time but no message; so those mistakes are planted together with waits that have no end (`lost_wake.ts`).
 */
import { ASYNC_LOCK_MUTATIONS } from "./async_lock.ts";
import { ATOMIC_SWAP_MUTATIONS } from "./atomic_swap.ts";
import { CHANNEL_MUTATIONS } from "./channel.ts";
import { POST_MESSAGE_MUTATIONS } from "./post_message.ts";
import { SHARDED_RINGS_MUTATIONS } from "./sharded_rings.ts";
import { SWAP_BUFFER_MUTATIONS } from "./swap_buffer.ts";
import type { Mutation } from "./mutation.ts";

export const MUTATIONS: readonly Mutation[] = [
  ...CHANNEL_MUTATIONS,
  ...SWAP_BUFFER_MUTATIONS,
  ...ATOMIC_SWAP_MUTATIONS,
  ...SHARDED_RINGS_MUTATIONS,
  ...POST_MESSAGE_MUTATIONS,
  ...ASYNC_LOCK_MUTATIONS,
];
