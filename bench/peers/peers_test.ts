/** Every peer under the proof of delivery, over hand-offs so small that they fill and wrap many times. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { STRATEGIES } from "../../strategies/registry.ts";
import type { RunRequest } from "../process/run.ts";
import { carried } from "../testing/carried.ts";
import { testSeed } from "../testing/random.ts";
import { LONGEST_LINE } from "../workload/lines.ts";
import { loadStrategy, PEERS } from "./registry.ts";

const seed = testSeed();

/** Three runs through one hand-off, the last one larger. */
async function carry(subject: string, request: Partial<RunRequest>): Promise<void> {
  const { messageBytes = 64 } = request;
  const asked = { subject, messageBytes, turn: 3, capacity: 4 * LONGEST_LINE, seed };
  await carried(asked, [1, 100, 500], request);
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

for (const { name } of PEERS) {
  const cases: [string, Partial<RunRequest>][] = [
    ["single bytes", { messageBytes: 1 }],
    ["single bytes that name their producer", { messageBytes: 1, proof: true }],
    ["messages of 8 bytes", { messageBytes: 8 }],
    ["messages of 97 bytes", { messageBytes: 97 }],
    ["lines", { messageBytes: LONGEST_LINE, workload: "domains" }],
  ];
  for (const [what, request] of cases) {
    test(`${name} carries ${what} (seed ${seed})`, { timeout: 60_000 }, () => carry(name, request));
  }

  test(`${name}: full means back-pressure, and abort ends it`, { timeout: 60_000 }, async () => {
    const strategy = await loadStrategy(name);
    const options = { producers: 1, workers: 1, capacity: 1_024, messageBytes: 100, params: {} };
    const fan = strategy.open(options);
    const sent = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL("./testing/flooding_worker.ts", import.meta.url), {
      workerData: { ticket: fan.tickets[0], sent: sent.buffer, bytes: 100 },
      transferList: fan.transfers[0],
    });
    try {
      const said = once(worker, "message");
      let received = 0;
      for (let run = 0; run < 3; run++) {
        if (run > 0) received += (await fan.consumer.receive())!.length;
        const waiting = await settled(sent) * 100 - received;
        assert.ok(waiting >= 500 && waiting <= 1_000, `${waiting} bytes wait`);
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

test("a peer has a name of its own, and the version that is installed", async () => {
  const file = new URL("package.json", import.meta.url);
  const { dependencies } = JSON.parse(readFileSync(file, "utf8"));
  for (const { name, summary } of PEERS) {
    assert.ok(!STRATEGIES.some((strategy) => strategy.name === name));
    assert.equal((await loadStrategy(name)).name, name);
    const version = dependencies[name];
    if (version !== undefined) assert.ok(summary.includes(`${name} ${version}`), summary);
  }
  assert.equal(await loadStrategy("channel"), STRATEGIES[0]);
});
