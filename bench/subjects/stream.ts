/** The bytes of a whole run, built before the clock: what the controls write. */
import type { RunPlan } from "../workers/control_block.ts";
import {
  firstOneByte,
  grouping,
  GROUPS,
  MessageBuilder,
  ONE_BYTE_VALUES,
} from "../workload/messages.ts";

/** Every producer's messages, one producer after the other: a valid interleaving. */
export function buildStream(
  producers: number,
  plan: Omit<RunPlan, "proof"> & { proof?: boolean },
): Uint8Array {
  const { messages, messageBytes } = plan;
  const stream = new Uint8Array(producers * messages * messageBytes);
  if (plan.proof) {
    const { groupOf, first } = grouping(plan);
    for (let at = 0; at < stream.length; at++) {
      const group = groupOf(Math.floor(at / messages));
      stream[at] = group * GROUPS + ((first + at % messages) & (GROUPS - 1));
    }
    return stream;
  }
  if (messageBytes === 1) {
    const first = firstOneByte(plan);
    for (let sent = 0; sent < messages; sent++) {
      stream[sent] = (first + sent) % ONE_BYTE_VALUES;
    }
    for (let producer = 1; producer < producers; producer++) {
      stream.copyWithin(producer * messages, 0, messages);
    }
    return stream;
  }
  const builder = new MessageBuilder(messageBytes, plan);
  let at = 0;
  for (let producer = 0; producer < producers; producer++) {
    for (let sequence = 0; sequence < messages; sequence++, at += messageBytes) {
      stream.set(builder.build(producer, sequence), at);
    }
  }
  return stream;
}
