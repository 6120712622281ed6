/** What the Workers' hand-off has dropped, a count for each producer, in memory that all of a cell's threads share. */
import type { OnDropped } from "../../strategies/strategy.ts";
import { keysOf } from "../workload/messages.ts";
import type { RunPlan } from "./control_block.ts";

/** Memory for the counts of so many producers. */
export function droppedCounts(producers: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * producers));
}

/**
 * Worker: counts by what the dropped messages say themselves, since one that is thrown away to make room may be of
 * another Worker's producer.
 * @param planOf the run that is on
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
