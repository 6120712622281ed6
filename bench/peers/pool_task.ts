/** A pool's task: messages of one producer, made on the pool's Worker and returned as the task's result. */
import { type MessageEnd, type Sender, senderOf } from "../workload/schedule.ts";
import { workingEnd } from "../workload/work.ts";
import type { RunPlan } from "../workers/control_block.ts";

/**
 * The messages from `from` up to but not including `to` of a producer. It is flat and small, because it is posted for
 * each task.
 */
export interface PoolTask extends Omit<RunPlan, "pace"> {
  producer: number;
  from: number;
  to: number;
}

/** A library's pool, with all its Workers started. */
export interface TaskPool {
  /** Rejects where the task has failed or its Worker has died. */
  run(task: PoolTask): Promise<Uint8Array>;
  stop(): Promise<unknown>;
}

/** @param batch whether a task may return more than one message, in a buffer to transfer */
export type StartPool = (workers: number, batch: boolean) => TaskPool;

let bytes = new Uint8Array(0);
let filled = 0;

const end: MessageEnd = {
  send(message) {
    bytes.set(message, filled);
    filled += message.length;
  },
  sendByte(byte) {
    bytes[filled++] = byte;
  },
};

/** What sends the messages of the run that the last task belonged to. */
let current: { run: number; proof: boolean; messageBytes: number; sender: Sender } | null = null;

/** The task's messages, in a buffer of their own. */
export function messagesOf(task: PoolTask): Uint8Array<ArrayBuffer> {
  const { run, proof, messageBytes, producer, from, to } = task;
  if (current?.run !== run || current.proof !== proof || current.messageBytes !== messageBytes) {
    const sender = senderOf(workingEnd(end, task), [], { ...task, pace: null });
    current = { run, proof, messageBytes, sender };
  }
  bytes = new Uint8Array((to - from) * messageBytes);
  filled = 0;
  current.sender.sendSome(producer, from, to);
  return filled === bytes.length ? bytes : bytes.slice(0, filled);
}
