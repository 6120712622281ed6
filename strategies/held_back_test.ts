/** With default parameters no message is held back for another one, and a consumer's pauses follow the load. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { joinBlocking, openFanIn } from "../mod.ts";
import { Linger } from "./primitives/linger.ts";
import { STRATEGIES } from "./registry.ts";

const SILENT = new URL("./testing/silent_worker.ts", import.meta.url);

async function arrives(name: string, params: Record<string, string>, limitMs: number) {
  const fan = openFanIn(name, { producers: 1, workers: 1, params });
  const said = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SILENT, {
    workerData: { ticket: fan.tickets[0], said: said.buffer, before: 300, limitMs },
    transferList: fan.transfers[0],
  });
  const answer = new Promise<boolean>((resolve) => worker.once("message", resolve));
  try {
    for await (const run of fan.consumer) {
      Atomics.add(said, 0, run.length);
      Atomics.notify(said, 0);
    }
    return await answer;
  } finally {
    await worker.terminate();
  }
}

for (const { name, kind } of STRATEGIES) {
  if (kind === "async") continue;
  const what = "messages arrive although their sender neither sends again nor lets its thread turn";
  test(`${name}: ${what}`, { timeout: 60_000 }, async () => {
    assert.ok(await arrives(name, {}, 20_000));
  });
}

test("what always waits for a watermark does hold them back", { timeout: 60_000 }, async () => {
  assert.equal(await arrives("sharded-rings", { wake: "watermark" }, 300), false);
});

for (const name of ["swap-buffer", "atomic-swap", "sharded-rings"]) {
  test(`${name}: a consumer pauses under load, and not before`, { timeout: 30_000 }, async () => {
    const fan = openFanIn(name, { producers: 1, workers: 1 });
    const end = joinBlocking(fan.tickets[0]);
    const round = async (bytes: number) => {
      for (let left = bytes; left > 0; left -= 50_000) {
        end.send(new Uint8Array(Math.min(left, 50_000)));
      }
      end.flush();
      const before = fan.consumer.parks;
      for (let left = bytes; left > 0;) left -= (await fan.consumer.receive())!.length;
      return fan.consumer.parks - before;
    };
    assert.equal(await round(10), 0, "the first message");
    // A thread that lost its core for some ms in between would see the load end.
    let parks = 0;
    for (let tries = 0; parks === 0 && tries < 20; tries++) {
      for (let i = 0; i < 20; i++) await round(500_000);
      parks = await round(10);
    }
    assert.ok(parks > 0, "a few bytes under load wait for more");
    await new Promise((resolve) => setTimeout(resolve, 50));
    await round(10);
    assert.equal(await round(10), 0, "when the load is over");
  });
}

test("the pause follows the rate, and ends with it", () => {
  const linger = new Linger("load", 1_000);
  let now = 0;
  const rounds = (count: number, bytes: number, ms: number) => {
    for (let round = 0; round < count; round++) linger.follow(bytes, now += ms);
    return linger.ms;
  };
  assert.equal(linger.ms, 0);
  assert.equal(rounds(10, 64, 2), 0, "single messages");
  const third = rounds(400, 1_000, 0.05);
  assert.ok(Math.abs(third - 20_000 / 65_536) < 1e-6, "a third of the full rate");
  assert.equal(rounds(10, 1_000_000, 1), 1, "more than the full rate: the longest pause");
  assert.equal(rounds(1, 64, 500), 0, "a single message, long after");
});

test("the other two policies do not look at the load", () => {
  for (const [policy, longestUs, ms] of [["watermark", 500, 0.5], ["message", 500, 0]] as const) {
    const linger = new Linger(policy, longestUs);
    assert.equal(linger.ms, ms);
    linger.follow(1e9, 1);
    assert.equal(linger.ms, ms);
    assert.equal(linger.mayBeHungry, policy === "message");
  }
  assert.equal(new Linger("watermark", 0).mayBeHungry, true, "a pause of nothing is none");
});
