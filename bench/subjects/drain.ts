/** The consumer's loop, whatever hands over. */
import type { Consumer } from "../../strategies/strategy.ts";
import type { Stamps } from "../latency/stamps.ts";
import { Turns } from "../process/turns.ts";
import type { RunSink } from "../wire/sink.ts";
import { work } from "../workload/work.ts";
import type { Transferred } from "./subject.ts";

/** The post's actor: take what is there, write it, take again. @param workUs on each run, before it is written */
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
  for (let run = await consumer.receive(); run !== null; run = await consumer.receive()) {
    bytes += run.length;
    if (stamps !== null) stamps.add(bytes);
    writes++;
    if (run.length > peakBytes) peakBytes = run.length;
    if (workUs > 0) work(workUs);
    await sink.write(run);
    if (turns.due(consumer.parks)) await turns.take();
  }
  return { bytes, writes, peakBytes };
}
