/** The bytes of a whole run, which the controls build before the clock and then write. */
import type { RunPlan } from "../workers/control_block.ts";
import { lineOf } from "../workload/lines.ts";
import { isMixed, MixedBuilder } from "../workload/mixed.ts";
import {
  firstOneByte,
  grouping,
  GROUPS,
  MessageBuilder,
  ONE_BYTE_VALUES,
} from "../workload/messages.ts";

/**
 * Every producer's messages, one producer after another, which is a valid interleaving.
 * @param memory of an earlier stream, which is overwritten where it is large enough
 */
export function buildStream(
  producers: number,
  plan: Omit<RunPlan, "producers" | "proof" | "pace"> & { proof?: boolean },
  memory?: Uint8Array,
): Uint8Array {
  const { messages, messageBytes } = plan;
  const length = producers * messages * messageBytes;
  const hasRoom = memory !== undefined && memory.buffer.byteLength >= length;
  const stream = new Uint8Array(hasRoom ? memory.buffer : withRoom(length), 0, length);
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
    const once = Math.min(messages, ONE_BYTE_VALUES);
    for (let sent = 0; sent < once; sent++) stream[sent] = (first + sent) % ONE_BYTE_VALUES;
    for (let there = once; there < messages; there *= 2) {
      stream.copyWithin(there, 0, Math.min(there, messages - there));
    }
    for (let there = messages; there < length; there *= 2) {
      stream.copyWithin(there, 0, Math.min(there, length - there));
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

/** Most bytes to reserve in addition to what the first run needs. */
const SPARE_BYTES = 64 * 2 ** 20;

/**
 * Has room for somewhat longer runs of another P, too. The first use of a page takes far longer than writing to it
 * again, and a page that is never used costs nothing.
 */
function withRoom(length: number): ArrayBuffer {
  return new ArrayBuffer(length + Math.min(length, SPARE_BYTES));
}

/** The same for messages that differ in length, with the offset at which each message ends. */
export function buildPieces(
  producers: number,
  plan: Omit<RunPlan, "producers">,
): { stream: Uint8Array; ends: number[] } {
  return isMixed(plan) ? buildMixed(producers, plan) : buildLines(producers, plan);
}

function buildMixed(
  producers: number,
  plan: Omit<RunPlan, "producers">,
): { stream: Uint8Array; ends: number[] } {
  const builder = new MixedBuilder(plan, plan);
  const stream = new Uint8Array(producers * plan.messages * plan.messageBytes);
  const ends: number[] = [];
  let at = 0;
  for (let producer = 0; producer < producers; producer++) {
    for (let sequence = 0; sequence < plan.messages; sequence++) {
      const message = builder.build(producer, sequence);
      stream.set(message, at);
      ends.push(at += message.length);
    }
  }
  return { stream: stream.subarray(0, at), ends };
}

function buildLines(
  producers: number,
  plan: Omit<RunPlan, "producers">,
): { stream: Uint8Array; ends: number[] } {
  const line = lineOf(plan.workload!, plan);
  const lines: string[] = [];
  for (let producer = 0; producer < producers; producer++) {
    for (let sequence = 0; sequence < plan.messages; sequence++) {
      lines.push(line(producer, sequence));
    }
  }
  let at = 0;
  return {
    stream: new TextEncoder().encode(lines.join("")),
    ends: lines.map(({ length }) => at += length),
  };
}
