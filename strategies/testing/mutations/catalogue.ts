/**
 * Mistakes that the proof of delivery must catch. A wake-up that is lost is not among them: every wait ends by itself
 * after a slice, so it costs time and no message.
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
