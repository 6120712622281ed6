/** Producers that work before each message: every message costs the work, and nothing is sent where that is measured alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Course } from "../process/course.ts";
import type { RunRequest } from "../process/run.ts";
import type { CellSpec, RunReport } from "../process/spec.ts";
import type { AsyncProducer, BlockingProducer } from "../../strategies/strategy.ts";
import { carried } from "../testing/carried.ts";
import { testSeed } from "../testing/random.ts";
import { LONGEST_LINE, type Workload } from "./lines.ts";
import { workingAsync, workingBlocking } from "./work.ts";

const seed = testSeed();
const WORK_US = 150;
/** Of five producers on two Workers the first has three. */
const MOST_ON_A_WORKER = 3;

const CASES: [string, number, Workload][] = [
  ["swap-buffer", 64, "bytes"],
  ["sharded-rings", 1, "bytes"],
  ["async-lock", 64, "bytes"],
  ["async-lock", 1, "bytes"],
  ["no-handoff", 64, "bytes"],
  ["no-handoff", 1, "bytes"],
  ["no-handoff", LONGEST_LINE, "domains generated"],
];
for (const [subject, messageBytes, workload] of CASES) {
  const name = `${subject} carries ${messageBytes}-byte ${workload} between work (seed ${seed})`;
  test(name, { timeout: 60_000 }, async () => {
    const asked = { subject, messageBytes, workload, workUs: WORK_US, capacity: 4_096, seed };
    for (const { elapsedUs, messages } of await carried(asked, [20, 1, 33])) {
      assert.ok(elapsedUs >= MOST_ON_A_WORKER * messages * WORK_US, `${elapsedUs} µs`);
    }
  });
}

test("the second pass of no-handoff is groups that the consumer writes", async () => {
  await carried({ subject: "no-handoff", messageBytes: 1, capacity: 4_096, seed }, [9, 300], {
    proof: true,
  });
});

test("the work is done before its message is handed over", async () => {
  const [blocking, async] = ["blocking", "async"].map(() => {
    const at: number[] = [];
    const note = () => at.push(performance.now());
    return { at, end: { send: note, sendByte: note } };
  });
  const both = workingBlocking(blocking.end as unknown as BlockingProducer, { workUs: WORK_US });
  const third = workingAsync(async.end as unknown as AsyncProducer, { workUs: WORK_US });
  const calls: [number[], () => unknown][] = [
    [blocking.at, () => both.send(new Uint8Array(8))],
    [blocking.at, () => both.sendByte(1)],
    [async.at, () => third.send(new Uint8Array(8))],
  ];
  for (const [at, call] of calls) {
    const start = performance.now();
    await call();
    assert.ok(at.at(-1)! - start >= WORK_US / 1_000);
  }
});

test("without work the end is used as it is", () => {
  const end = {} as BlockingProducer & AsyncProducer;
  assert.equal(workingBlocking(end, { workUs: 0 }), end);
  assert.equal(workingAsync(end, { workUs: 0 }), end);
  assert.notEqual(workingBlocking(end, { workUs: 1 }), end);
});

test("all runs of a cell work but the second pass, which is no figure", async () => {
  const seen: RunRequest[] = [];
  const spec = {
    ...{ task: "measure", runId: "test", messages: 9, messageBytes: 1, producers: 4, workers: 2 },
    ...{ runTimeUs: null, pace: null, seed, workUs: 7 },
  } as CellSpec;
  await new Course(() => {}).run(spec, (request) => {
    seen.push(request);
    return Promise.resolve({ status: "ok", elapsedUs: 1e6, messages: 9 } as RunReport);
  });
  assert.deepEqual(
    new Set(seen.map(({ proof = false, workUs }) => `${proof} ${workUs}`)),
    new Set(["false 7", "true 0"]),
  );
});
