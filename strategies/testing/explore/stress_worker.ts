/**
 * A thread of stress runs: the consumer (0) or a producer. Slices are replaced before any strategy's module is loaded:
 * they end only when the supervisor, which sees that all threads sleep, releases them.
 */
import { parentPort, workerData } from "node:worker_threads";
import type {
  AsyncProducer,
  BlockingProducer,
  Consumer,
  Strategy,
  Ticket,
} from "../../strategy.ts";
import { SLICE_MS } from "../../primitives/lifecycle.ts";
import { PROGRESS, RELEASE, SLEEPS, type StressRun } from "./stress.ts";

/** Messages of each producer. */
const MESSAGES = 40;
/** Capacity, as a multiple of the least that the strategy accepts. */
const ROOM = 4;
/** Longest stalls (µs): from short ones to one that probably lasts into another thread's turn on the core. */
const STALLS_US = [5, 20, 200];

const { root, me, memory } = workerData as { root: string; me: number; memory: SharedArrayBuffer };
const words = new Int32Array(memory);
const { wait, waitAsync } = Atomics;
let asleep = 0;

function fallAsleep(): void {
  if (++asleep === 1) Atomics.store(words, SLEEPS + me, 1);
}

function awake(how: string): string {
  if (--asleep === 0) Atomics.store(words, SLEEPS + me, 0);
  Atomics.add(words, PROGRESS, 1);
  return Atomics.load(words, RELEASE) === 0 ? how : "timed-out";
}

/** Once the supervisor has found that nobody could go on, slices end again, so that the run ends. */
function lasting(ms: number): number {
  if (ms < SLICE_MS) return ms;
  return Atomics.load(words, RELEASE) === 0 ? Infinity : 1;
}

type Words = Int32Array<SharedArrayBuffer>;
const wide = Atomics as unknown as Record<string, unknown>;
wide.wait = (view: Words, at: number, value: number, ms = Infinity) => {
  if (ms < SLICE_MS) return wait(view, at, value, ms);
  fallAsleep();
  return awake(wait(view, at, value, lasting(ms)));
};
wide.waitAsync = (view: Words, at: number, value: number, ms = Infinity) => {
  const waiting = waitAsync(view, at, value, lasting(ms));
  if (ms < SLICE_MS || !waiting.async) return waiting;
  fallAsleep();
  return { async: true, value: waiting.value.then(awake) };
};

const { findStrategy } = await import(`${root}/strategies/registry.ts`);
const { parseParams } = await import(`${root}/strategies/params.ts`);
// A pending `waitAsync` does not keep a thread alive.
setInterval(() => {}, 1_000);
let abort: () => void = () => {};

parentPort!.on("message", (message) => {
  if (message.abort) return abort();
  const { run, ticket } = message as { run: StressRun; ticket: Ticket };
  const strategy = findStrategy(run.explored.strategy) as Strategy;
  const chance = dice(run.seed * 3 + me);
  const body = me === 0 ? consume(strategy, run, chance) : produce(strategy, ticket, chance);
  body.then(
    (wrong) => parentPort!.postMessage({ wrong }),
    () => parentPort!.postMessage({ wrong: true }),
  );
});

parentPort!.postMessage("ready");

/** Returns a function that gives random whole numbers below n. */
function dice(seed: number): (n: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % n;
  };
}

function stall(chance: (n: number) => number): void {
  if (chance(6) !== 0) return;
  const until = performance.now() + chance(STALLS_US[chance(STALLS_US.length)]) / 1_000;
  while (performance.now() < until);
}

/**
 * Batches after which the consumer aborts. Every fourth run is aborted, unless a thread may rightly notice that only
 * after a slice.
 */
function abortsAfter(seed: number, { strategy, params }: StressRun["explored"]): number {
  const late = strategy === "ticket-swap" || params.fair === "true";
  return seed % 4 === 3 && !late ? 1 + seed % 5 : Infinity;
}

async function consume(strategy: Strategy, run: StressRun, chance: (n: number) => number) {
  const { tickets, consumer } = strategy.open({
    producers: 2,
    workers: 2,
    capacity: strategy.capacityRange(2, 1).least * ROOM,
    messageBytes: 1,
    params: parseParams(strategy, run.explored.params),
    firstPosition: -8,
  });
  abort = () => consumer.abort();
  parentPort!.postMessage({ tickets, run });
  return await receiveAll(consumer, abortsAfter(run.seed, run.explored), chance);
}

async function receiveAll(consumer: Consumer, last: number, chance: (n: number) => number) {
  const next = [0, 0];
  let runs = 0;
  for (let run = await consumer.receive(); run !== null; run = await consumer.receive()) {
    const bytes = run.slice();
    stall(chance);
    for (const [i, byte] of bytes.entries()) {
      const producer = byte >>> 7;
      if (run[i] !== byte || (byte & 127) !== ++next[producer]) return consumer.abort(), true;
    }
    Atomics.add(words, PROGRESS, 1);
    if (++runs >= last) return consumer.abort(), false;
  }
  return next.some((count) => count !== MESSAGES);
}

async function produce(strategy: Strategy, ticket: Ticket, chance: (n: number) => number) {
  const end: BlockingProducer | AsyncProducer = strategy.join(ticket);
  try {
    for (let i = 1; i <= MESSAGES; i++) {
      stall(chance);
      const byte = (me - 1) * 128 + i;
      if ("sendByte" in end) end.sendByte(byte);
      else await end.send(Uint8Array.of(byte));
      Atomics.add(words, PROGRESS, 1);
      if ("flush" in end && chance(8) === 0) end.flush();
    }
    await end.close();
    return false;
  } catch (error) {
    // The consumer reports whether there was a reason to abort.
    return (error as Error).name !== "HandoffAborted";
  }
}
