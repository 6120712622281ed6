/** Every peer under the proof of delivery, over hand-offs so small that they fill and wrap many times. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { parseParams } from "../../strategies/params.ts";
import { STRATEGIES } from "../../strategies/registry.ts";
import { carryOut, type RunRequest } from "../process/run.ts";
import type { CellSpec, RunReport } from "../process/spec.ts";
import { currentRuntime } from "../runtime.ts";
import { openSubject } from "../subjects/registry.ts";
import { testSeed } from "../testing/random.ts";
import { memoryRuns } from "../wire/memory_sink.ts";
import { LONGEST_LINE, type Workload } from "../workload/lines.ts";
import { Inbox } from "./inbox.ts";
import { findPeer, loadStrategy, PEERS } from "./registry.ts";
import { SubjectFailure } from "../subjects/failure.ts";

const seed = testSeed();
const PRODUCERS = 5;

interface Form {
  name: string;
  params: Readonly<Record<string, string | number>>;
}

/** Runs through one hand-off until one is not ok, the last one larger. */
async function carry(
  { name, params }: Form,
  request: Partial<RunRequest>,
  sizes: number[],
  workers = 2,
): Promise<RunReport> {
  const { messageBytes = 64, workload = "bytes", proof = false } = request;
  const spec: CellSpec = {
    subject: name,
    params,
    producers: PRODUCERS,
    workers,
    messages: 500,
    runTimeUs: null,
    messageBytes,
    workload,
    turn: 3,
    pace: null,
    reading: null,
    capacity: 4 * LONGEST_LINE,
    seed,
    listener: null,
    storeBytes: 2 ** 22,
    runId: "test",
    task: "measure",
  };
  const failure = new SubjectFailure();
  const subject = await openSubject(spec, failure.tell);
  try {
    const context = {
      subject,
      openRun: memoryRuns(2 ** 22),
      producers: PRODUCERS,
      failure,
    };
    let report: RunReport | null = null;
    for (const [at, messages] of sizes.entries()) {
      context.producers = PRODUCERS + 2 * (at % 2);
      const run = { messages, messageBytes, workload, proof, seed, warmUp: false, runId: "test" };
      report = await carryOut(context, run);
      if (report.status !== "ok") break;
      assert.equal(report.delivered, context.producers * messages);
    }
    return report!;
  } finally {
    await subject.stop();
  }
}

/** Resolves when the count has stopped rising. */
async function settled(sent: Int32Array): Promise<number> {
  for (let same = 0, last = 0; same < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = Atomics.load(sent, 0);
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
  }
  return Atomics.load(sent, 0);
}

const here = currentRuntime().kind;

for (const { name, params: known, forms = [{}], lack, load, readsStdout } of PEERS) {
  const lackOf = (workload: Workload) =>
    lack?.({ runtime: here, workload, isPaced: false }) ?? null;
  const workload = lackOf("domains") === null ? "domains" : "domains generated";
  const cases: [string, Partial<RunRequest>][] = [
    ["single bytes that name their producer", { messageBytes: 1, proof: true }],
    ["messages of 97 bytes", { messageBytes: 97 }],
    ["lines", { messageBytes: LONGEST_LINE, workload }],
  ];
  // The rest goes the same way through a pool, which takes long to start.
  if (load !== undefined) {
    cases.push(["single bytes", { messageBytes: 1 }], ["messages of 8 bytes", { messageBytes: 8 }]);
  }
  const skip = lackOf(workload) ?? false;
  for (const params of forms) {
    for (const [what, request] of cases) {
      const label = subjectName(name, params);
      const form = { name, params: parseParams({ name, params: known }, params) };
      test(`${label} carries ${what} (seed ${seed})`, { timeout: 60_000, skip }, async () => {
        const sizes = load === undefined ? [1, 40, 120] : [1, 100, 500];
        const { status, detail } = await carry(form, request, sizes);
        assert.equal(status, "ok", detail);
      });
    }
  }

  // A pool takes no message that was not made by its own task, and nobody can set what a stream holds.
  if (load === undefined || readsStdout) continue;
  test(`${name}: full means back-pressure, and abort ends it`, { timeout: 60_000 }, async () => {
    const strategy = await loadStrategy(name);
    const params = parseParams(strategy, {});
    const options = { producers: 1, workers: 1, capacity: 1_024, messageBytes: 100, params };
    const fan = strategy.open(options);
    const sent = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL("./testing/flooding_worker.ts", import.meta.url), {
      workerData: { ticket: fan.tickets[0], sent: sent.buffer, bytes: 100 },
      transferList: fan.transfers[0],
    });
    try {
      const said = once(worker, "message");
      let received = 0;
      // A run that is being used may still hold its place.
      let taken = 0;
      for (let run = 0; run < 3; run++) {
        if (run > 0) taken = (await fan.consumer.receive())!.length;
        received += taken;
        const waiting = await settled(sent) * 100 - received;
        assert.ok(waiting + taken >= 500 && waiting <= 1_000, `${waiting} bytes wait`);
        assert.equal(received % 100, 0);
      }
      fan.consumer.abort();
      assert.deepEqual(await said, ["HandoffAborted"]);
      await assert.rejects(fan.consumer.receive(), { name: "HandoffAborted" });
    } finally {
      await worker.terminate();
    }
  });
}

/** What becomes of the eighth message, and what the proof calls it. */
const FAULTS: Record<
  string,
  (deliver: (message: Uint8Array) => void, message: Uint8Array) => void
> = {
  lost: () => {},
  duplicated: (deliver, message) => [message, message].forEach((one) => deliver(one)),
  corrupt: (deliver, message) => deliver(message.map((byte, at) => at === 9 ? byte ^ 1 : byte)),
};

const PLANTED: [string, keyof typeof FAULTS][] = [
  ["comlink", "lost"],
  ["comlink", "duplicated"],
  ["comlink", "corrupt"],
  ["broadcast-channel", "lost"],
  ["piscina", "lost"],
];

for (const [name, word] of PLANTED) {
  test(`a message of ${name} that is ${word} gets that word (seed ${seed})`, async () => {
    const { deliver } = Inbox.prototype;
    let count = 0;
    Inbox.prototype.deliver = function (worker, message) {
      const go = (one: Uint8Array) => deliver.call(this, worker, one);
      if (++count === 8) FAULTS[word](go, message);
      else go(message);
    };
    try {
      const { params } = findPeer(name)!;
      const form = { name, params: parseParams({ name, params }, {}) };
      assert.equal((await carry(form, {}, [20])).status, word);
    } finally {
      Inbox.prototype.deliver = deliver;
    }
  });
}

// Of all channels together, Deno keeps that many for a receiver that is late.
test("a bare BroadcastChannel that loses messages is lost", { skip: here !== "deno" }, async () => {
  const form = { name: "broadcast-channel", params: { credits: 0 } };
  // Of one Worker, whose producers all close at the end, so that what says so is among the last.
  assert.equal((await carry(form, {}, [2_000], 1)).status, "lost");
});

function subjectName(name: string, params: Form["params"]): string {
  return [name, ...Object.values(params)].join(" ");
}

test("a peer has a name of its own, and the version that is installed", async () => {
  const file = new URL("package.json", import.meta.url);
  const { dependencies } = JSON.parse(readFileSync(file, "utf8"));
  for (const { name, summary, load } of PEERS) {
    assert.ok(!STRATEGIES.some((strategy) => strategy.name === name));
    if (load !== undefined) assert.equal((await loadStrategy(name)).name, name);
    const version = dependencies[name];
    if (version !== undefined) assert.ok(summary.includes(`${name} ${version}`), summary);
  }
  assert.equal(await loadStrategy("channel"), STRATEGIES[0]);
});
