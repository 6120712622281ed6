/**
 * Producers of an open loop: each message is sent when it is due, or at once where its producer is late. All producers
 * of a Worker are active at the same time, whatever the strategy.
 *
 * A Worker sleeps until shortly before the due time and spins for the rest. A sleep alone ends some 50 µs late, which
 * would be most of what a fast hand-off takes; spinning alone would take the cores from the consumer.
 */
import { eventLoopTurn } from "../../strategies/primitives/consumer.ts";
import type { AsyncProducer, BlockingProducer } from "../../strategies/strategy.ts";
import type { RunPlan } from "../workers/control_block.ts";
import { MessageBuilder } from "../workload/messages.ts";
import { type Pace, type Schedule, scheduleOf } from "./arrivals.ts";
import type { PaceBlock } from "./pace_block.ts";

/** How long before the due time a Worker stops sleeping (ms). */
const SPIN_MS = 0.06;

/** What a paced Worker has to know. */
export interface PacedWorker {
  block: PaceBlock;
  worker: number;
  ids: readonly number[];
}

/** The schedule of the last pace; every run of a cell has the same. */
let cached: { key: string; schedule: Schedule } | null = null;

function prepared({ ids }: PacedWorker, { producers }: RunPlan, pace: Pace): Schedule {
  const key = JSON.stringify([ids[0], ids.length, producers, pace]);
  if (cached?.key !== key) cached = { key, schedule: scheduleOf(ids, producers, pace) };
  return cached.schedule;
}

const nap = new Int32Array(new SharedArrayBuffer(4));

/** Blocks until `ms` have passed since `startMs`. Returns how many have passed. */
function sleepUntil(startMs: number, ms: number): number {
  for (;;) {
    const now = performance.now() - startMs;
    const left = ms - now;
    if (left <= 0) return now;
    if (left > SPIN_MS) Atomics.wait(nap, 0, 0, left - SPIN_MS);
  }
}

/** For blocking producers. A plan without messages sends nothing and only keeps the pace. */
export function preparePacedBlocking(
  end: BlockingProducer,
  of: PacedWorker,
  plan: RunPlan,
  pace: Pace,
): () => void {
  const { dueMs, places, sequences } = prepared(of, plan, pace);
  const { ids, block, worker } = of;
  const isSent = plan.messages > 0;
  const builder = new MessageBuilder(plan.messageBytes, plan);
  return () => {
    const start = block.startOf(worker);
    for (let at = 0; at < dueMs.length; at++) {
      const id = ids[places[at]];
      const sequence = sequences[at];
      block.sentMs[id * pace.messages + sequence] = sleepUntil(start, dueMs[at]);
      if (isSent) end.send(builder.build(id, sequence));
      if (sequence === pace.messages - 1) end.close();
    }
  };
}

/** For async producers: sending a message begins when it is due and the producer's earlier ones are sent. */
export function preparePacedAsync(
  end: AsyncProducer,
  of: PacedWorker,
  plan: RunPlan,
  pace: Pace,
): () => Promise<void> {
  const { dueMs, places, sequences } = prepared(of, plan, pace);
  const { ids, block, worker } = of;
  const { messageBytes } = plan;
  const builder = new MessageBuilder(messageBytes, plan);
  const own = new Uint8Array(ids.length * messageBytes);
  return async () => {
    const start = block.startOf(worker);
    const last: (Promise<void> | null)[] = ids.map(() => null);
    let open = 0;
    let failure: unknown = null;
    const send = async (place: number, sequence: number, before: Promise<void> | null) => {
      if (before !== null) await before;
      const id = ids[place];
      const message = own.subarray(place * messageBytes, (place + 1) * messageBytes);
      message.set(builder.build(id, sequence));
      block.sentMs[id * pace.messages + sequence] = performance.now() - start;
      await end.send(message);
      if (sequence === pace.messages - 1) await end.close();
      open--;
    };
    for (let at = 0; at < dueMs.length; at++) {
      // While a message is on its way, the event loop must turn, even where all messages are late; otherwise the thread
      // may sleep.
      if (open > 0) await eventLoopTurn();
      while (open > 0 && performance.now() - start < dueMs[at]) await eventLoopTurn();
      sleepUntil(start, dueMs[at]);
      open++;
      const place = places[at];
      last[place] = send(place, sequences[at], last[place]);
      last[place]!.catch((error) => failure ??= error);
      if (failure !== null) throw failure;
    }
    await Promise.all(last);
  };
}
