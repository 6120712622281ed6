/**
 * A subject for libraries that keep a pool of Workers and hand tasks to them. No Worker of the suite takes part: a task
 * makes one message of a producer, or a batch of them, on a Worker of the pool, and the result that it returns is what
 * the consumer writes. So a message costs a task's way there and its result's way back, which is what such a pool is for.
 *
 *     lane   run(task) ──▶ the pool's queue ──▶ a Worker makes the messages
 *            result    ◀── the pool         ◀──
 *            inbox     ──▶ the consumer's loop ──▶ one write for all that is there
 *
 * A pool keeps no order between tasks, so a producer's next task is handed over when the result of its last is there. A
 * lane runs one producer to its end, then the next. There are as many lanes as have room in half of the capacity, and at
 * most `LANES` for each Worker; the other half is for what waits to be written.
 */
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
import type { CellSpec } from "../process/spec.ts";
import type { RunPlan } from "../workers/control_block.ts";
import { batchBytes } from "../peers/batch_size.ts";
import { Inbox } from "../peers/inbox.ts";
import type { PoolTask, StartPool } from "../peers/pool_task.ts";
import { drain } from "./drain.ts";
import { NO_WAITS, type Subject } from "./subject.ts";

/** Tasks for each Worker, so that it finds one when it has ended another. */
const LANES = 32;

export function openPool(start: StartPool, spec: CellSpec): Subject {
  const { producers, messageBytes, capacity } = spec;
  const workers = Math.min(producers, spec.workers);
  const batch = spec.params.task === "batch";
  const pool = start(workers, batch);
  const taskBytes = batch ? batchBytes(Math.floor(capacity / workers)) : messageBytes;
  const lifecycle = Lifecycle.create([producers]);
  const options = { workers: 1, producers, capacity: Math.max(taskBytes, capacity / 2) };
  const inbox = new Inbox(lifecycle, { ...options, messageBytes: taskBytes });
  let plan: RunPlan;
  let parksBefore = 0;
  let used = false;

  const task = (producer: number, from: number, to: number): PoolTask => {
    const { pace: _, ...content } = plan;
    return { ...content, producer, from, to };
  };

  async function produce(next: () => number): Promise<void> {
    const step = batch ? Math.max(1, Math.floor(taskBytes / plan.messageBytes)) : 1;
    for (let producer = next(); producer < producers; producer = next()) {
      for (let from = 0; from < plan.messages; from += step) {
        await inbox.room();
        const to = Math.min(from + step, plan.messages);
        inbox.deliver(0, await pool.run(task(producer, from, to)));
      }
      lifecycle.leave(0);
      inbox.closed(0);
    }
  }

  return {
    sharedBytes: 0,
    messagesOf: (asked) => asked,
    prepare(announced) {
      plan = announced;
      if (used) inbox.reopen(producers);
      used = true;
    },
    async ready() {
      // One that makes nothing for each Worker: all of them have loaded the task's code then.
      await Promise.all(Array.from({ length: workers }, () => pool.run(task(0, 0, 0))));
    },
    async transfer(sink) {
      parksBefore = inbox.parks;
      let producer = 0;
      const lanes = Math.min(producers, LANES * workers, Math.ceil(capacity / 2 / taskBytes));
      const produced = Array.from({ length: lanes }, () => produce(() => producer++));
      try {
        const [transferred] = await Promise.all([drain(inbox, sink), ...produced]);
        return transferred;
      } catch (error) {
        inbox.abort();
        throw error;
      }
    },
    waits: () => Promise.resolve({ ...NO_WAITS, consumerParks: inbox.parks - parksBefore }),
    fail: () => inbox.abort(),
    async stop() {
      await pool.stop();
    },
  };
}
