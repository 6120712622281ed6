/** One trial: a Worker is terminated after an atomic operation of its `send`; the result is what its consumer sees. */
import { Worker } from "node:worker_threads";
import type { OnLost } from "../primitives/lost_workers.ts";
import { parseParams } from "../params.ts";
import type { Params, Strategy } from "../strategy.ts";
import { joinAny } from "./ends.ts";

const DYING = new URL("./dying_worker.ts", import.meta.url);
const OTHERS = 3;

export interface LostTrial {
  /** Whether the Worker was terminated at that operation, and not after its `send`. */
  reached: boolean;
  /** The error that ended the stream; null if it ended by itself. */
  error: Error | null;
  /** Messages of the lost Worker and of the healthy producer that arrived. */
  ofLost: number;
  ofOther: number;
}

/**
 * Worker 0 dies. The producer of ticket 1, on this thread, has sent its messages and closed before.
 * @param onLost `unwatched`: nobody tells the consumer, and a timer on its thread aborts
 */
export async function lostTrial(
  strategy: Strategy,
  params: Params,
  dieAt: number,
  onLost: OnLost | "unwatched",
): Promise<LostTrial> {
  const fan = strategy.open({
    producers: 2,
    workers: 2,
    capacity: 4_096,
    messageBytes: 8,
    params: parseParams(strategy, params),
    onLost: onLost === "unwatched" ? "fail" : onLost,
  });
  const other = joinAny(fan.tickets[1]);
  for (let i = 0; i < OTHERS; i++) await other.send(new Uint8Array(8).fill(1));
  await other.close();

  const state = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(DYING, {
    workerData: { ticket: fan.tickets[0], dieAt, state: state.buffer },
    transferList: fan.transfers[0],
  });
  if (onLost !== "unwatched") fan.attach(0, worker);
  // A pending `waitAsync` does not keep a process alive.
  const alive = setInterval(() => {}, 1_000);
  try {
    while (Atomics.load(state, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    void worker.terminate();
    if (onLost === "unwatched") setTimeout(() => fan.consumer.abort(), 30);
    const received = await receiveAll(fan.consumer);
    return { reached: Atomics.load(state, 0) === 1, ...received };
  } finally {
    clearInterval(alive);
    await worker.terminate();
  }
}

async function receiveAll(consumer: AsyncIterable<Uint8Array>) {
  const bytes: number[] = [];
  let error: Error | null = null;
  try {
    for await (const run of consumer) bytes.push(...run);
  } catch (thrown) {
    error = thrown as Error;
  }
  const count = (value: number) => bytes.filter((byte) => byte === value).length / 8;
  return { error, ofLost: count(7) + count(9), ofOther: count(1) };
}
