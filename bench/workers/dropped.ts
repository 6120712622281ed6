/** What the Workers' hand-off has dropped: a count for each producer, in memory that all threads of a cell share. */
import type { OnDropped } from "../../strategies/strategy.ts";
import { keysOf } from "../workload/messages.ts";
import type { RunPlan } from "./control_block.ts";

/** Memory for the counts of this many producers. */
export function droppedCounts(producers: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * producers));
}

/**
 * Worker: counts a dropped message for the producer that it names, since a message that makes room for a new one may be
 * of another Worker's producer.
 * @param planOf the current run
 */
export function countDropped(counts: Uint32Array, planOf: () => RunPlan): OnDropped {
  return (messages) => {
    const { messageBytes, ...content } = planOf();
    const [producerKey] = keysOf(content);
    const view = new DataView(messages.buffer, messages.byteOffset, messages.length);
    for (let at = 0; at < messages.length; at += messageBytes) {
      Atomics.add(counts, (view.getUint32(at, true) ^ producerKey) >>> 0, 1);
    }
  };
}
