/** What every hand-off guarantees beside delivery: back-pressure, abort, bounded memory, clear errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import { HandoffAborted, joinAsync, joinBlocking, openFanIn, strategies } from "../mod.ts";
import { STRATEGIES } from "./registry.ts";

const FLOOD = new URL("./testing/flood_worker.ts", import.meta.url);

/**
 * Starts a Worker that sends `messages` messages of `bytes` bytes through a ticket, and counts how many it has sent.
 */
function flood(strategy: string, capacity: number, bytes: number, messages: number) {
  const fan = openFanIn(strategy, { producers: 1, workers: 1, capacity, messageBytes: bytes });
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(FLOOD, {
    workerData: { ticket: fan.tickets[0], sent: sent.buffer, bytes, messages },
    transferList: fan.transfers[0],
  });
  const ended = new Promise<string>((resolve) => worker.once("message", resolve));
  return { fan, sent, worker, ended };
}

/** Resolves with the count once it has stopped rising. */
async function settled(sent: Int32Array): Promise<number> {
  for (let same = 0, last = -1; same < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    const now = Atomics.load(sent, 0);
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
  }
  return Atomics.load(sent, 0);
}

for (const strategy of STRATEGIES) {
  const { name } = strategy;

  test(`${name}: full means back-pressure, at the capacity`, { timeout: 30_000 }, async () => {
    const capacity = 4_096;
    const bytes = 64;
    const { fan, sent, worker, ended } = flood(name, capacity, bytes, 1_000);
    try {
      const waiting = await settled(sent) * bytes;
      // Of two buffers, only one fills, while the other is left to the consumer.
      assert.ok(waiting <= capacity, `${waiting} of ${capacity} bytes wait`);
      assert.ok(waiting >= capacity / 2 - bytes, `${waiting} of ${capacity} bytes wait`);
      let received = 0;
      for await (const run of fan.consumer) received += run.length;
      assert.equal(received, 1_000 * bytes);
      assert.equal(await ended, "closed");
    } finally {
      await worker.terminate();
    }
  });

  test(`${name}: abort frees a blocked producer`, { timeout: 30_000 }, async () => {
    const { fan, sent, worker, ended } = flood(name, 1_024, 64, 1_000);
    try {
      await settled(sent);
      fan.consumer.abort();
      assert.equal(await ended, "HandoffAborted");
      await assert.rejects(async () => {
        while (await fan.consumer.receive() !== null);
      }, HandoffAborted);
    } finally {
      await worker.terminate();
    }
  });

  test(`${name}: shared memory does not depend on the number of producers`, () => {
    const bytes = (producers: number) => openFanIn(name, { producers, workers: 2 }).sharedBytes;
    assert.equal(bytes(8_192), bytes(1));
  });

  test(`${name}: a message that cannot pass is refused`, async () => {
    const capacity = 1_024;
    const fan = openFanIn(name, { producers: 1, workers: 1, capacity });
    const large = new Uint8Array(strategy.largestMessage(capacity, 1) + 1);
    if (strategy.kind === "blocking") {
      const end = joinBlocking(fan.tickets[0]);
      assert.throws(() => end.send(large), RangeError);
    } else {
      const end = joinAsync(fan.tickets[0]);
      await assert.rejects(end.send(large), RangeError);
    }
  });
}

test("mod.ts refuses what there is not, in words", () => {
  const options = { producers: 1, workers: 1 };
  assert.throws(() => openFanIn("swap", options), /there is no strategy "swap"; there are channel/);
  assert.throws(
    () => openFanIn("channel", { ...options, params: { drain: "all" } }),
    /each or batch/,
  );
  assert.throws(
    () => openFanIn("channel", { ...options, params: { size: 1 } }),
    /no parameter "size"/,
  );
  assert.throws(() => openFanIn("channel", { producers: 0, workers: 1 }), /producers must be/);
  const ticket = openFanIn("async-lock", options).tickets[0];
  assert.throws(() => joinBlocking(ticket), /use joinAsync/);
  assert.deepEqual(strategies().map(({ name }) => name), STRATEGIES.map(({ name }) => name));
});

test(
  "pipeTo ends with the stream's own error, and frees the producers",
  { timeout: 30_000 },
  async () => {
    const { fan, worker, ended } = flood("swap-buffer", 1_024, 64, 1_000_000);
    let writes = 0;
    const stream = new Writable({
      write(_run, _encoding, done) {
        if (++writes === 3) done(new Error("the disk is full"));
        else setImmediate(done);
      },
    });
    await assert.rejects(fan.pipeTo(stream), /the disk is full/);
    assert.equal(await ended, "HandoffAborted");
    await worker.terminate();
  },
);

test("pipeTo ends when the stream closes under it", { timeout: 30_000 }, async () => {
  const { fan, worker, ended } = flood("channel", 1_024, 64, 1_000_000);
  const stream = new Writable({ write: () => {} });
  setTimeout(() => stream.destroy(), 50);
  await assert.rejects(fan.pipeTo(stream), /the stream closed before all was written/);
  assert.equal(await ended, "HandoffAborted");
  await worker.terminate();
});

test("pipeTo resolves with the bytes, and ends the stream where it is asked to", async () => {
  const { fan, worker } = flood("channel", 1_024, 64, 100);
  let bytes = 0;
  const stream = new Writable({
    write(run: Uint8Array, _encoding, done) {
      bytes += run.length;
      done();
    },
  });
  assert.equal(await fan.pipeTo(stream, { end: true }), 6_400);
  assert.equal(bytes, 6_400);
  assert.ok(stream.writableFinished);
  await worker.terminate();
});
