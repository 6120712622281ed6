/**
 * Hand-offs in which every wake-up is needed, run in a copy of the source whose waits have no end (`ENDLESS_SLICE`):
 * the consumer sleeps before each message, producers sleep while the hand-off is full or its lock is held, and the last
 * close comes while the consumer sleeps. If a wake-up is missing, this program falls silent.
 *
 *     <runtime> bench/testing/wake_trial.ts     a JSON list of { subject, params, flood } as a line on standard input
 *
 * Prints a JSON line for each hand-off that has ended, and at last one of the type `end`.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { parseParams } from "../../strategies/params.ts";
import { findStrategy } from "../../strategies/registry.ts";
import { endWithParent } from "../process/parent.ts";
import { PINGS, WORDS } from "./wake_words.ts";

const WORKERS = 2;
/** Messages of each Worker. The hand-off holds only a few, so it is full, and its lock is taken, hundreds of times. */
const FLOOD = 2_000;
const STALL_MS = 0.2;

endWithParent(async (line) => {
  for (const { subject, params, flood = FLOOD } of JSON.parse(line)) {
    await handOver(subject, params, flood);
    console.log(JSON.stringify({ type: "woken", subject, params }));
  }
  console.log(JSON.stringify({ type: "end" }));
});

async function handOver(
  subject: string,
  params: Record<string, string>,
  flood: number,
): Promise<void> {
  const strategy = findStrategy(subject)!;
  const { least } = strategy.capacityRange(WORKERS, 1);
  const handoff = strategy.open({
    producers: WORKERS,
    workers: WORKERS,
    capacity: Math.max(16, least),
    messageBytes: 1,
    params: parseParams(strategy, params),
  });
  const words = new Int32Array(new SharedArrayBuffer(4 * WORDS.count));
  const workers = handoff.tickets.map((ticket, w) =>
    new Worker(new URL("./wake_worker.ts", import.meta.url), {
      workerData: { ticket, words: words.buffer, flood, of: WORKERS },
      transferList: handoff.transfers[w],
    })
  );
  // A sleeping consumer blocks this thread, so the Workers must have started before.
  await Promise.all(workers.map((worker) => once(worker, "message")));
  Atomics.store(words, WORDS.go, 1);
  Atomics.notify(words, WORDS.go);
  let received = 0;
  for (let runs = 0;; runs++) {
    const run = await handoff.consumer.receive();
    if (run === null) break;
    received += run.length;
    // Now and then the consumer is slower than the producers, so that they fill the hand-off.
    if (received > PINGS && runs % 8 === 0) spin(STALL_MS);
    Atomics.add(words, WORDS.received, run.length);
    Atomics.notify(words, WORDS.received);
  }
  if (received !== PINGS + WORKERS * flood) throw new Error(`${received} bytes have arrived`);
  await Promise.all(workers.map((worker) => worker.terminate()));
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
