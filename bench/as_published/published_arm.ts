/**
 * The post's two arms. What makes their numbers worthless is common to both: the clock does not wait for the consumer,
 * and nobody counts what arrived.
 */
import { channel } from "../../strategies/channel.ts";
import { parseParams } from "../../strategies/params.ts";
import type { PublishedClient } from "./client.ts";
import type { StopClock } from "./stop_clock.ts";
import { UnclearedBuffers } from "./uncleared_buffers.ts";
import type { ArmTicket } from "./worker.ts";

export interface PublishedArm {
  /** One for each Worker. */
  sides: ArmTicket[];
  /** Whether the published clock stops when the first or when the last producer ends. */
  stopsAt: "first" | "last";
  /** The consumer's loop, which does what the post's actor does until the run is over. */
  consume(client: PublishedClient, clock: StopClock, isOver: () => boolean): Promise<void>;
  /** Between runs: discards what was not consumed. */
  reset(): Promise<void>;
}

/** @param messages per producer */
export function mutexArm(producers: number, messages: number, workers: number): PublishedArm {
  const buffers = new UnclearedBuffers(UnclearedBuffers.allocate(producers * messages));
  return {
    sides: Array.from({ length: workers }, () => ({ arm: "mutex", memory: buffers.memory })),
    stopsAt: "first",
    async consume(client, clock, isOver) {
      while (!isOver()) {
        const { bytes, again } = buffers.swap();
        if (bytes.length === 0) {
          // The post's loop spins here. A turn of the event loop lets a failed Worker or socket be noticed.
          await new Promise((resolve) => setImmediate(resolve));
          continue;
        }
        const accepted = client.write(bytes);
        clock.wrote(bytes.length, again);
        await accepted;
      }
    },
    async reset() {
      buffers.reset();
    },
  };
}

/** @param messages per producer */
export function channelArm(producers: number, messages: number, workers: number): PublishedArm {
  const { consumer, tickets } = channel.open({
    producers,
    workers,
    // The post's channel is unbounded; here there is room for everything, so that no producer ever waits.
    capacity: producers * messages,
    messageBytes: 1,
    params: parseParams(channel, { drain: "each" }),
  });
  let fresh = true;
  return {
    sides: tickets.map((ticket) => ({ arm: "channel", ticket })),
    stopsAt: "last",
    async consume(client, clock, isOver) {
      while (!isOver()) {
        const message = await consumer.receive();
        if (message === null) return;
        const accepted = client.write(message);
        clock.wrote(message.length, 0);
        await accepted;
      }
    },
    async reset() {
      if (!fresh) {
        while (await consumer.receive() !== null);
        consumer.reopen(producers);
      }
      fresh = false;
    },
  };
}
