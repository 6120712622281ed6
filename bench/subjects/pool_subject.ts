/**
 * A subject for libraries that keep a pool of Workers and hand tasks to them. No Worker of the suite takes part: a task
 * makes one message of a producer, or a batch of them, on a Worker of the pool, and the result that it returns is what
 * the consumer writes. So a message costs a task's way there and its result's way back, which is what such a pool is
 * for.
 *
 *     lane   run(task) ──▶ the pool's queue ──▶ a Worker makes the messages
 *            result    ◀── the pool         ◀──
 *            inbox     ──▶ the consumer's loop ──▶ one write for all that is there
 *
 * A pool keeps no order between tasks, so a producer's next task is handed over when the result of the one before has
 * come. A lane runs one producer to its end, then the next. There are as many lanes as half of the capacity has room
 * for, and at most `LANES` for each Worker; the other half is for what waits to be written.
 */
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
import type { CellSpec } from "../process/spec.ts";
import type { RunPlan } from "../workers/control_block.ts";
import { batchBytes } from "../peers/batch_size.ts";
import { Inbox } from "../peers/inbox.ts";
import type { PoolTask, StartPool } from "../peers/pool_task.ts";
import { drain } from "./drain.ts";
import { SMALL_CAPACITY } from "./strategy_subject.ts";
import { NO_WAITS, type Subject } from "./subject.ts";

/** Tasks for each Worker, so that the next one is there when a task ends. */
const LANES = 32;

/** The inbox for results, and how many tasks may be on their way at once. */
function openWay(
  { producers, messageBytes }: CellSpec,
  capacity: number,
  workers: number,
  batch: boolean,
) {
  const taskBytes = batch ? batchBytes(Math.floor(capacity / workers)) : messageBytes;
  const lifecycle = Lifecycle.create([producers]);
  const options = { workers: 1, producers, capacity: Math.max(taskBytes, capacity / 2) };
  return {
    taskBytes,
    lifecycle,
    inbox: new Inbox(lifecycle, { ...options, messageBytes: taskBytes }),
    lanes: Math.min(LANES * workers, Math.ceil(capacity / 2 / taskBytes)),
  };
}

export function openPool(start: StartPool, spec: CellSpec): Subject {
  const { messageBytes, capacity } = spec;
  const workers = Math.min(spec.producers, spec.workers);
  const batch = spec.params.task === "batch";
  const pool = start(workers, batch);
  const whole = openWay(spec, capacity, workers, batch);
  const proving = messageBytes === 1 && spec.task === "measure";
  // A way needs room for at least two messages of each Worker.
  const small = proving
    ? openWay(spec, Math.max(2 * workers, SMALL_CAPACITY), workers, batch)
    : null;
  const used = new Set<Inbox>();
  let way = whole;
  let plan: RunPlan;
  let parksBefore = 0;

  const task = (producer: number, from: number, to: number): PoolTask => {
    const { pace: _, ...content } = plan;
    return { ...content, producer, from, to };
  };

  async function produce(next: () => number): Promise<void> {
    const { taskBytes, lifecycle, inbox } = way;
    const step = batch ? Math.max(1, Math.floor(taskBytes / plan.messageBytes)) : 1;
    for (let producer = next(); producer < plan.producers; producer = next()) {
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
      way = plan.proof && small !== null ? small : whole;
      if (used.has(way.inbox)) way.inbox.reopen(plan.producers);
      used.add(way.inbox);
    },
    async ready() {
      // One empty task for each Worker: after that, all of them have loaded the task's code.
      await Promise.all(Array.from({ length: workers }, () => pool.run(task(0, 0, 0))));
    },
    async transfer(sink, meanwhile) {
      const { inbox } = way;
      const lanes = Math.min(way.lanes, plan.producers);
      parksBefore = inbox.parks;
      let producer = 0;
      const produced = Promise.all(Array.from({ length: lanes }, () => produce(() => producer++)));
      // It is awaited together with the consumer's loop, which may begin later.
      produced.catch(() => {});
      try {
        await meanwhile?.();
        const [transferred] = await Promise.all([drain(inbox, sink), produced]);
        return transferred;
      } catch (error) {
        inbox.abort();
        throw error;
      }
    },
    waits: () => Promise.resolve({ ...NO_WAITS, consumerParks: way.inbox.parks - parksBefore }),
    fail() {
      whole.inbox.abort();
      small?.inbox.abort();
    },
    async stop() {
      await pool.stop();
    },
  };
}
