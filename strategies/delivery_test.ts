/**
 * Every strategy delivers everything: each of its variants, with real Workers and capacities so small that indices
 * wrap, and buffers are full or empty, all the time. The suite's own verifier checks it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryRuns } from "../bench/wire/memory_sink.ts";
import { random } from "../bench/workload/random.ts";
import { carryOut } from "../bench/process/run.ts";
import type { CellSpec } from "../bench/process/spec.ts";
import { openStrategySubject } from "../bench/subjects/strategy_subject.ts";
import { pairwise } from "../bench/testing/pairwise.ts";
import { testSeed } from "../bench/testing/random.ts";
import { formatParams } from "./params.ts";
import { ALTERNATIVES } from "./alternatives/registry.ts";
import type { Params, Strategy } from "./strategy.ts";
import { chosenStrategies } from "./testing/chosen.ts";
import { SubjectFailure } from "../bench/subjects/failure.ts";

/**
 * Messages of each producer: enough that buffers of a few messages wrap hundreds of times if many producers share them.
 */
const messagesOf = (producers: number) => producers >= 1_000 ? 2 : 20;
const RUNS = 3;
/**
 * Added to the number of producers in each run after the hand-off was opened. There are fewer only if each Worker still
 * has one.
 */
const MORE_PRODUCERS = [0, 6, -2];
/** Runs that try to make the last close overtake a message. */
const CLOSES = 90;
/** A run takes milliseconds. One that hangs is named, rather than left to the test runner's own limit. */
const WATCHDOG_MS = 20_000;
const ROWS = pairwise({
  producers: [1, 3, 64, 1000],
  workers: [1, 2, 4],
  messageBytes: [1, 8, 100, 4096],
});
const seed = testSeed();

/**
 * Settings outside of the default matrix that wait or wake in their own way. Each is tested with half of the rows; the
 * seed, which differs between runs and runtimes, decides which half.
 */
const MORE: Record<string, Params[]> = {
  "swap-buffer": [
    { drain: "each", wake: "message", wait: "park" },
    { wait: "spin", wake: "watermark" },
    { linger: 50 },
  ],
  "atomic-swap": [{ wake: "message" }, { wake: "watermark", linger: 200 }],
  "sharded-rings": [{ publish: 1_000, wake: "message" }, { publish: 7, wake: "watermark" }],
  "post-message": [{ drain: "batch", credits: 0 }],
  "async-lock": [{ fair: "true" }, { wake: "message" }],
  ...Object.fromEntries(ALTERNATIVES.map(({ name }) => [name, [{}]])),
};

for (const strategy of chosenStrategies()) {
  const more = MORE[strategy.name] ?? [];
  for (const variant of [...strategy.variants, ...more]) {
    const name = `${strategy.name} ${formatParams(variant)} delivers everything (seed ${seed})`;
    test(name, { timeout: 60_000 }, async () => {
      const next = random(seed);
      // With a fair queue and a thousand tasks, every task finds the tiny buffer full before the consumer's turn comes.
      const few = variant.fair === "true" || ALTERNATIVES.includes(strategy);
      const all = few ? ROWS.filter((row) => row.producers <= 64) : ROWS;
      const rows = more.includes(variant) ? all.filter((_, at) => (at + seed) % 2 === 0) : all;
      for (const row of rows) await deliver(strategy, { ...row, params: variant }, next);
    });
  }
}

for (const strategy of chosenStrategies()) {
  const name = `${strategy.name}: a close right behind the last message (seed ${seed})`;
  test(name, { timeout: 60_000 }, async () => {
    const row = { producers: 2, workers: 2, messageBytes: 8, params: strategy.variants[0] ?? {} };
    await deliver(strategy, row, random(seed), { runs: CLOSES, messages: (run) => 1 + run % 3 });
  });
}

/** How often a hand-off is used again, and how many messages each producer sends in each run. */
interface Repeats {
  runs: number;
  messages(run: number): number;
}

async function deliver(
  strategy: Strategy,
  row: Pick<CellSpec, "producers" | "workers" | "messageBytes" | "params">,
  next: () => number,
  repeats: Repeats = { runs: RUNS, messages: () => messagesOf(row.producers) },
): Promise<void> {
  // Two to six messages wide, never a whole number of them.
  let capacity = Math.max(16, Math.floor(row.messageBytes * (2 + 4 * next())));
  const workers = Math.min(row.workers, row.producers);
  while (strategy.largestMessage(capacity, workers) < row.messageBytes) {
    capacity += row.messageBytes;
  }
  const turn = next() < 0.5 ? 0 : 1 + Math.floor(next() * 7);
  const spec: CellSpec = {
    ...row,
    subject: strategy.name,
    messages: repeats.messages(0),
    runTimeUs: null,
    pace: null,
    reading: null,
    turn,
    capacity,
    seed,
    listener: null,
    storeBytes: 0,
    runId: "test",
    task: "measure",
  };
  const label = JSON.stringify({ ...row, capacity, turn });
  const failure = new SubjectFailure();
  const subject = await openStrategySubject(strategy, spec, failure.tell);
  try {
    const context = {
      subject,
      openRun: memoryRuns(16 * 2 ** 20),
      producers: row.producers,
      failure,
    };
    // Several runs over the same buffers with different numbers of producers: what one run leaves behind must not
    // affect the next.
    for (let run = 0; run < repeats.runs; run++) {
      const more = MORE_PRODUCERS[run % MORE_PRODUCERS.length];
      context.producers = Math.max(workers, row.producers + more);
      const messages = repeats.messages(run);
      const request = {
        ...spec,
        messages,
        runId: "test",
        warmUp: false,
        pace: null,
        reading: null,
        seed: seed + run,
      };
      const place = `run ${run} of ${label}`;
      const report = await within(WATCHDOG_MS, carryOut(context, request), place);
      assert.equal(report.status, "ok", `${place}: ${report.detail}`);
      assert.equal(report.delivered, context.producers * messages, place);
    }
  } finally {
    await subject.stop();
  }
}

/** The promise's result, or an error that names what hung. */
async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
