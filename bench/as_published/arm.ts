/**
 * One published arm in one process:
 *
 *     <runtime> bench/as_published/arm.ts '<ArmSpec as JSON>'
 *
 * Prints one JSON line (`spec.ts`) and ends; ends with its standard input, too.
 */
import { Worker } from "node:worker_threads";
import { ControlBlock } from "../workers/control_block.ts";
import { endWithParent } from "../process/parent.ts";
import { repeat } from "../process/repeat.ts";
import { producersOf } from "../workload/schedule.ts";
import { buildStream } from "../subjects/stream.ts";
import { warmUp } from "../process/warm_up.ts";
import { PublishedClient } from "./client.ts";
import { channelArm, mutexArm, type PublishedArm } from "./published_arm.ts";
import type { ArmAnswer, ArmRun, ArmSpec, Stall } from "./spec.ts";
import { type Mark, sharedNow, StopClock } from "./stop_clock.ts";
import type { ArmWorkerSetup } from "./worker.ts";

/** As for a cell of the suite: criterion, which the post uses, also warms up and repeats. */
const BUDGET = { leastRuns: 1, maxRuns: 10, enoughUs: 250_000 };
const STALL_WRITE_BYTES = 65_536;

endWithParent();
const spec: ArmSpec = JSON.parse(process.argv[2]);
const answer = await main().catch((error): ArmAnswer => ({
  type: "failed",
  detail: (error as Error).message.split("\n")[0],
}));
// Exit when the line is written: before that, the exit would cut off what is still in the pipe. It ends Workers and
// socket.
process.stdout.write(JSON.stringify(answer) + "\n", () => process.exit(0));

async function main(): Promise<ArmAnswer> {
  if (spec.arm === "stall") return { type: "stall", ...await stall() };
  return { type: "arm", runs: await measure() };
}

async function measure(): Promise<ArmRun[]> {
  const { producers, messages } = spec;
  const workers = Math.min(producers, spec.workers);
  const open = spec.arm === "mutex" ? mutexArm : channelArm;
  const arm = open(producers, messages, workers);
  const clock = new StopClock(producers);
  const control = new ControlBlock();
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => {});
  await Promise.race([startWorkers(arm, control, clock, fail), failed]);

  const once = (count: number) => Promise.race([runOnce(arm, control, clock, count), failed]);
  const runs: ArmRun[] = [];
  await warmUp(async (count) => (await once(count)).allSent.elapsedUs, producers, messages);
  await repeat(async () => {
    const run = await once(messages);
    runs.push(run);
    return run.allSent.elapsedUs;
  }, BUDGET);
  control.stop();
  return runs;
}

/**
 * Starts the Workers one after another, before the clock starts: what the post calls `spawn` starts a task on a thread
 * that exists already, and no thread.
 */
async function startWorkers(
  arm: PublishedArm,
  control: ControlBlock,
  clock: StopClock,
  fail: (reason: Error) => void,
): Promise<void> {
  for (const [worker, side] of arm.sides.entries()) {
    const setup: ArmWorkerSetup = {
      side,
      control: control.memory,
      clock: clock.memory,
      producers: spec.producers,
      own: producersOf(worker, arm.sides.length, spec.producers).length,
    };
    const thread = new Worker(new URL("./worker.ts", import.meta.url), { workerData: setup });
    // Deno ignores an error of a Worker that nobody listens to.
    thread.on("error", (error: Error) => fail(new Error(`a Worker failed: ${error.message}`)));
    await until(() => control.online() === worker + 1);
  }
}

/**
 * One run by the post's clock, which starts before the connection is made and stops while the consumer is still at
 * work. The run then goes on, outside the published clock, until every producer has ended, which shows when the other
 * arm's rule would have stopped it; the post aborts its producers.
 */
async function runOnce(
  arm: PublishedArm,
  control: ControlBlock,
  clock: StopClock,
  messages: number,
): Promise<ArmRun> {
  await arm.reset();
  clock.reset();
  const { producers } = spec;
  const plan = { producers, messages, messageBytes: 1, seed: 0, run: 0, proof: false, pace: null };
  control.announce(plan);
  await until(() => control.ready() === arm.sides.length);
  let over = false;
  const isOver = () => over || clock.allEnded();

  const start = sharedNow();
  const client = new PublishedClient(spec.host, spec.port);
  control.release();
  const consuming = client.connected.then(() => arm.consume(client, clock, isOver));
  try {
    await Promise.race([until(isOver), consuming.then(() => until(isOver))]);
  } finally {
    over = true;
    client.close();
    // The next run must have the consumer to itself. That this run was cut off in a write belongs to the arm.
    await consuming.catch(() => {});
  }
  const { first, last } = clock.marks();
  const moment = ({ atMs, ...counts }: Mark) => ({ elapsedUs: (atMs - start) * 1_000, ...counts });
  return { stopped: moment(arm.stopsAt === "first" ? first : last), allSent: moment(last) };
}

/**
 * Writes the bytes of a whole run to the published listener, none of which may be left out: how far do they come in the
 * time?
 */
async function stall(): Promise<Stall> {
  const { producers, messages, timeoutMs } = spec;
  const stream = buildStream(producers, {
    messages,
    messageBytes: 1,
    seed: 0,
    run: 0,
    proof: false,
  });
  const client = new PublishedClient(spec.host, spec.port);
  await client.connected;
  let accepted = 0;
  const writing = (async () => {
    for (const bytes of pieces(stream)) {
      await client.write(bytes);
      accepted += bytes.length;
    }
    return false;
  })();
  const started = performance.now();
  const limit = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, true));
  const stalled = await Promise.race([writing, limit]);
  const elapsedMs = performance.now() - started;
  return { bytes: stream.length, accepted, stalled, elapsedMs };
}

function* pieces(stream: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < stream.length; at += STALL_WRITE_BYTES) {
    yield stream.subarray(at, at + STALL_WRITE_BYTES);
  }
}

/** Polling is precise enough, since the Workers themselves take the times of the clock. */
async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 1));
}
