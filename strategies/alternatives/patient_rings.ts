/**
 * patient-rings: sharded-rings that publishes in groups whatever the consumer does, and whose consumer always waits for
 * a watermark or a millisecond, as sharded-rings did before its pauses followed the load.
 *
 * Lost: it is no faster under full load, and at a low rate a message waits for up to 63 others, which may never come.
 */
import { shardedRings } from "../sharded_rings.ts";
import type { BlockingStrategy } from "../strategy.ts";

const { wake, ...others } = shardedRings.params;

export const patientRings: BlockingStrategy = {
  ...shardedRings,
  name: "patient-rings",
  summary: "sharded-rings that batches whatever the load; lost to messages that wait for others",
  params: { ...others, wake: { ...wake, default: "watermark" } as typeof wake },
  variants: [],
};
