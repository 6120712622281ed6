/** The bytes of a whole run, built before the clock: what the controls write. */
import type { RunPlan } from "../control_block.ts";
import { MessageBuilder, oneByteValue } from "../messages.ts";

/** Every producer's messages, one producer after the other: a valid interleaving. */
export function buildStream(producers: number, plan: RunPlan): Uint8Array {
  const { messages, messageBytes, seed } = plan;
  const stream = new Uint8Array(producers * messages * messageBytes);
  if (messageBytes === 1) {
    for (let sequence = 0; sequence < messages; sequence++) {
      stream[sequence] = oneByteValue(sequence);
    }
    for (let producer = 1; producer < producers; producer++) {
      stream.copyWithin(producer * messages, 0, messages);
    }
    return stream;
  }
  const builder = new MessageBuilder(messageBytes, seed);
  let at = 0;
  for (let producer = 0; producer < producers; producer++) {
    for (let sequence = 0; sequence < messages; sequence++, at += messageBytes) {
      stream.set(builder.build(producer, sequence), at);
    }
  }
  return stream;
}
