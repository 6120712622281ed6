/**
 * What the building blocks of a hand-off cost under this runtime: the price list behind every factor.
 *
 *     <runtime> bench/primitives/primitives.ts <listener host> <listener port>
 *
 * Measured with mitata; prints one JSON line per primitive: its group, its name, the median in ns.
 */
import { MessageChannel, Worker } from "node:worker_threads";
import { bench, group, run, summary } from "mitata";
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
import { Mutex } from "../../strategies/primitives/mutex.ts";
import { Waits } from "../../strategies/primitives/waits.ts";
import { firstOneByte, ONE_BYTE_VALUES, oneByteMessages } from "../workload/messages.ts";
import { endWithParent } from "../process/parent.ts";
import { PEER_WORD, type PeerTask } from "./primitives_peer.ts";
import { socketRuns } from "../wire/socket_sink.ts";

/** One primitive's price. */
export interface Price {
  group: string;
  name: string;
  ns: number;
}

/** The part of mitata's result that is used here; mitata's types leave the group out. */
interface MitataResult {
  layout: { name: string | null }[];
  benchmarks: {
    alias: string;
    group: number;
    runs: { stats?: { p50: number }; error?: unknown }[];
  }[];
}

/** How long it takes until a sleeping thread is really asleep (ms). */
const FALL_ASLEEP_MS = 0.2;

endWithParent();
const words = new Int32Array(new SharedArrayBuffer(4_096));
const { port1, port2 } = new MessageChannel();
const peer = new Worker(new URL("./primitives_peer.ts", import.meta.url), {
  workerData: { memory: words.buffer, port: port2 },
  transferList: [port2 as never],
});
peer.on("error", (error: Error) => {
  console.error(error.message);
  process.exit(1);
});
await until(() => Atomics.load(words, PEER_WORD.ready) === 1);

const { target, lock, sleeping, wake, reply } = PEER_WORD;
const mutex = new Mutex(
  words,
  lock,
  Lifecycle.create([]),
  new Waits(),
  "spin-park",
);

group("alone", () => {
  summary(() => {
    bench("plain store", () => {
      words[target] = 1;
    });
    bench("Atomics.load", () => Atomics.load(words, target));
    bench("Atomics.store", () => Atomics.store(words, target, 1));
    bench("Atomics.add", () => Atomics.add(words, target, 1));
    bench("Atomics.compareExchange", () => Atomics.compareExchange(words, target, 0, 0));
    bench("Atomics.exchange", () => Atomics.exchange(words, target, 1));
    bench("lock + unlock", lockAndUnlock);
  });
});
group("while another thread does the same", () => {
  summary(() => {
    contended("Atomics.load", "load", () => Atomics.load(words, target));
    contended("Atomics.store", "store", () => Atomics.store(words, target, 1));
    contended("Atomics.add", "add", () => Atomics.add(words, target, 1));
    contended(
      "Atomics.compareExchange",
      "compareExchange",
      () => Atomics.compareExchange(words, target, 0, 0),
    );
    contended("lock + unlock", "lock", lockAndUnlock);
  });
});
group("wake-up", () => {
  summary(() => {
    bench("notify, nobody sleeps", () => Atomics.notify(words, target));
    timed("notify, one sleeps", () => wakePeer("wait").notifyMs);
    timed("wait: notify until it runs", () => wakePeer("wait").totalMs);
    timed("waitAsync: notify until it runs", () => wakePeer("waitAsync").totalMs);
    timed("postMessage until it is received", postOne);
  });
});
const content = { seed: 0, run: 1 };
const sink = await socketRuns(process.argv[2], Number(process.argv[3]))({
  runId: "primitives",
  messageBytes: 1,
  framing: "fixed",
  producers: 1,
  messages: null,
  ...content,
  warmUp: true,
}, (reason) => {
  throw reason;
});
const singles = oneByteMessages();
const first = firstOneByte(content);
const valueOf = (at: number) => (first + at) % ONE_BYTE_VALUES;
let sent = 0;
/** 255 × 257 bytes: after any number of such chunks, the next one continues the sequence. */
const chunk = Uint8Array.from({ length: ONE_BYTE_VALUES * 257 }, (_, at) => valueOf(at));
group("socket", () => {
  summary(() => {
    bench("awaited write of 64 KiB", async () => await sink.write(chunk));
    bench("awaited write of 1 byte", async () => await sink.write(singles[valueOf(sent++)]));
  });
});

const { layout, benchmarks } = await run({ format: "quiet" }) as unknown as MitataResult;
for (const { alias, group: at, runs: [{ stats, error }] } of benchmarks) {
  if (stats === undefined) throw error;
  const price: Price = { group: layout[at].name ?? "", name: alias, ns: stats.p50 };
  process.stdout.write(JSON.stringify(price) + "\n");
}
ask("idle");
process.stdout.write("", () => process.exit(0));

function lockAndUnlock(): void {
  mutex.lock();
  mutex.unlock();
}

/** Measures while the peer performs the same operation on the same word. */
function contended(name: string, task: PeerTask, operation: () => unknown): void {
  bench(name, function* () {
    ask(task);
    yield operation;
    ask("idle");
  } as never);
}

/** Measures by the time that a function returns, in ms. */
function timed(name: string, once: () => number): void {
  bench(name, function* () {
    // mitata's own budget counts the pauses between the samples, too; counting only the returned times, it would take a
    // sample of 5 µs 100,000 times.
    yield { manual: () => once() * 1e6 };
    ask("idle");
  } as never);
}

function ask(task: PeerTask): void {
  Atomics.store(words, PEER_WORD.task, PEER_WORD.tasks.indexOf(task));
  Atomics.notify(words, PEER_WORD.task);
  while (Atomics.load(words, PEER_WORD.doing) !== Atomics.load(words, PEER_WORD.task));
}

function wakePeer(task: "wait" | "waitAsync"): { notifyMs: number; totalMs: number } {
  if (Atomics.load(words, PEER_WORD.doing) !== PEER_WORD.tasks.indexOf(task)) ask(task);
  while (Atomics.load(words, sleeping) === 0);
  pauseFor(FALL_ASLEEP_MS);
  Atomics.store(words, sleeping, 0);
  Atomics.store(words, reply, 0);
  const start = performance.now();
  Atomics.add(words, wake, 1);
  Atomics.notify(words, wake);
  const notified = performance.now();
  while (Atomics.load(words, reply) === 0);
  return { notifyMs: notified - start, totalMs: performance.now() - start };
}

function postOne(): number {
  if (Atomics.load(words, PEER_WORD.doing) !== PEER_WORD.tasks.indexOf("receive")) ask("receive");
  pauseFor(FALL_ASLEEP_MS);
  Atomics.store(words, reply, 0);
  const start = performance.now();
  port1.postMessage(Uint8Array.of(1));
  while (Atomics.load(words, reply) === 0);
  return performance.now() - start;
}

function pauseFor(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 1));
}
