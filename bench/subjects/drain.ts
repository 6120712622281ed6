/** The consumer's loop, the same for every hand-off. */
import type { Consumer } from "../../strategies/strategy.ts";
import type { Stamps } from "../latency/stamps.ts";
import { Turns } from "../process/turns.ts";
import type { RunSink } from "../wire/sink.ts";
import { work } from "../workload/work.ts";
import type { Transferred } from "./subject.ts";

/**
 * What the post's actor does: take what is there, write it, take again. @param workUs on each batch, before it is
 * written (µs)
 */
export async function drain(
  consumer: Consumer,
  sink: RunSink,
  stamps: Stamps | null = null,
  workUs = 0,
): Promise<Transferred> {
  let bytes = 0;
  let writes = 0;
  let peakBytes = 0;
  const turns = new Turns();
  for (let batch = await consumer.receive(); batch !== null; batch = await consumer.receive()) {
    bytes += batch.length;
    if (stamps !== null) stamps.add(bytes);
    writes++;
    if (batch.length > peakBytes) peakBytes = batch.length;
    if (workUs > 0) work(workUs);
    await sink.write(batch);
    if (turns.due(consumer.parks)) await turns.take();
  }
  return { bytes, writes, peakBytes };
}
