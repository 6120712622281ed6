/** Wherever in its `send` a Worker dies, the consumer gets an error that names it, and never hangs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { HandoffAborted, joinBlocking, openFanIn, WorkerLost } from "../mod.ts";
import { ALTERNATIVES } from "./alternatives/registry.ts";
import { STRATEGIES } from "./registry.ts";
import { joinAny } from "./testing/ends.ts";
import { lostTrial } from "./testing/lost_trial.ts";

const ALL = [...STRATEGIES, ...ALTERNATIVES];

for (const dieAt of [1, 2, 3]) {
  const name = `a Worker that dies behind atomic operation ${dieAt} of send is named`;
  test(name, { timeout: 60_000 }, async () => {
    await Promise.all(ALL.map(async (strategy) => {
      const { error, ofLost } = await lostTrial(strategy, {}, dieAt, "fail");
      assert.ok(error instanceof WorkerLost, `${strategy.name}: ${error}`);
      assert.equal(error.worker, 0, strategy.name);
      assert.match(error.message, /^Worker 0 was lost with a producer still open: it ended/);
      // Two messages were published before it died; only those behind a lock or a place that it left may be missing.
      if (!/in the middle/.test(error.message)) assert.ok(ofLost >= 2, strategy.name);
    }));
  });
}

test("abort reaches a consumer that waits behind a Worker whose death nobody reported", async () => {
  await Promise.all(ALL.map(async (strategy) => {
    const { error } = await lostTrial(strategy, {}, 1, "unwatched");
    assert.ok(error instanceof HandoffAborted, `${strategy.name}: ${error}`);
  }));
});

test("onLost close: the stream goes on without the Worker, or says that it cannot", async () => {
  await Promise.all(ALL.map(async (strategy) => {
    const { error, ofOther } = await lostTrial(strategy, {}, 1, "close");
    if (error === null) assert.equal(ofOther, 3, strategy.name);
    else assert.match(error.message, /^Worker 0 was lost .* in the middle of a message/);
  }));
  // Its producers share nothing, so none can be stopped by the death of another one.
  const rings = STRATEGIES.find(({ name }) => name === "sharded-rings")!;
  const { error, ofLost, ofOther } = await lostTrial(rings, {}, 1_000, "close");
  assert.deepEqual({ error, ofLost, ofOther }, { error: null, ofLost: 3, ofOther: 3 });
});

for (const { name } of STRATEGIES) {
  test(`${name}: a loss that is reported by hand`, async () => {
    const fan = openFanIn(name, {
      producers: [1, 2],
      workers: 2,
      capacity: 4_096,
      messageBytes: 8,
    });
    const end = joinAny(fan.tickets[1]);
    await end.send(new Uint8Array(8));
    await end.flush();
    fan.workerLost(1, "it was never started");
    const run = await fan.consumer.receive();
    assert.equal(run?.length, 8);
    const lost = (error: Error) =>
      error instanceof WorkerLost && error.worker === 1 &&
      error.reason === "it was never started" &&
      /with 2 producers still open/.test(error.message);
    await assert.rejects(fan.consumer.receive(), lost);
    await assert.rejects(fan.consumer.receive(), lost);
    // The error has released the other producers.
    await assert.rejects(joinAny(fan.tickets[0]).send(new Uint8Array(8)), HandoffAborted);
  });

  test(`${name}: busy producers do not put a loss off for ever`, async () => {
    const fan = openFanIn(name, { producers: 2, workers: 2, capacity: 4_096, messageBytes: 8 });
    const busy = joinAny(fan.tickets[0]);
    fan.workerLost(1, "it was never started");
    const send = async () => {
      await busy.send(new Uint8Array(8));
      await busy.flush();
    };
    await send();
    let received = 0;
    await assert.rejects(async () => {
      for await (const run of fan.consumer) {
        received += run.length;
        assert.ok(received < 4 * 4_096, "the loss is put off");
        await send();
      }
    }, WorkerLost);
  });

  test(`${name}: a Worker that ends after its last close is not lost`, async () => {
    const fan = openFanIn(name, {
      producers: [1, 0],
      workers: 2,
      capacity: 4_096,
      messageBytes: 8,
    });
    fan.workerLost(1, "it ended");
    const end = joinAny(fan.tickets[0]);
    await end.send(new Uint8Array(8));
    await end.close();
    fan.workerLost(0, "it ended");
    assert.equal((await fan.consumer.receive())?.length, 8);
    assert.equal(await fan.consumer.receive(), null);
  });
}

test(
  "leaving the loop aborts, so that blocked producers are freed",
  { timeout: 30_000 },
  async () => {
    const fan = openFanIn("swap-buffer", { producers: 1, workers: 1, capacity: 1_024 });
    const sent = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL("./testing/flood_worker.ts", import.meta.url), {
      workerData: { ticket: fan.tickets[0], sent: sent.buffer, bytes: 64, messages: 100_000 },
      transferList: fan.transfers[0],
    });
    const ended = new Promise<string>((resolve) => worker.once("message", resolve));
    for await (const _run of fan.consumer) break;
    assert.equal(await ended, "HandoffAborted");
    await assert.rejects(fan.consumer.receive(), HandoffAborted);
    await worker.terminate();
  },
);

test("closing more often than the ticket has producers is refused", () => {
  const fan = openFanIn("channel", { producers: [2, 1], workers: 2 });
  assert.deepEqual(fan.tickets.map(({ producers }) => producers), [2, 1]);
  const end = joinBlocking(fan.tickets[0]);
  end.close();
  end.close();
  assert.throws(() => end.close(), /every producer of this Worker has closed already/);
  fan.consumer.reopen([1, 0]);
  end.close();
  assert.throws(() => end.close(), RangeError);
});
