/**
 * Peers: what people would use instead, under the same proof as the strategies. In no default matrix: `--strategies
 * peers` has them all. Each is loaded where it is measured, so that no other process has its library in it.
 */
import { MAX_MEMORY_BYTES } from "../../strategies/primitives/layout.ts";
import { findStrategy } from "../../strategies/registry.ts";
import {
  type BlockingStrategy,
  MAX_MESSAGE_BYTES,
  type Strategy,
} from "../../strategies/strategy.ts";
import { batchBytes } from "./batch_size.ts";

type Loaded = "open" | "join";

export interface Peer extends Omit<BlockingStrategy, Loaded> {
  /** As a subject says it. */
  isBatched?: true;
  load(): Promise<Pick<BlockingStrategy, Loaded>>;
}

const ringbuf: Peer = {
  name: "ringbuf.js",
  kind: "blocking",
  summary: "peer: ringbuf.js 0.4.0 (Paul Adenot), a wait-free ring a Worker; both ends poll",
  params: {},
  variants: [],
  largestMessage: (capacity, workers) =>
    Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / workers)),
  capacityRange: (workers, messageBytes) => ({
    least: workers * messageBytes,
    largest: MAX_MEMORY_BYTES,
  }),
  load: () => import("./ringbuf.ts"),
};

const portBatches: Peer = {
  name: "port-batches",
  kind: "blocking",
  isBatched: true,
  summary: "peer: the platform's MessagePort with transferred buffers of up to 64 KiB",
  params: {},
  variants: [],
  largestMessage: (capacity, workers) => batchBytes(Math.floor(capacity / workers)),
  capacityRange: (workers, messageBytes) => ({
    least: 2 * workers * messageBytes,
    largest: MAX_MEMORY_BYTES,
  }),
  load: () => import("./port_batches.ts"),
};

export const PEERS: readonly Peer[] = [ringbuf, portBatches];

/** The strategy or peer of that name. Rejects where the peer's library is not installed. */
export async function loadStrategy(name: string): Promise<Strategy> {
  const peer = PEERS.find((one) => one.name === name);
  return peer === undefined ? findStrategy(name)! : { ...peer, ...await peer.load() };
}
