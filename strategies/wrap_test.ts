/** Positions, counts and tickets that wrap at 2^32 do so without any effect. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { pause } from "./primitives/pause.ts";
import { joinBlocking } from "../mod.ts";
import { ALTERNATIVES } from "./alternatives/registry.ts";
import { channel } from "./channel.ts";
import { parseParams } from "./params.ts";
import { STRATEGIES } from "./registry.ts";
import { joinAny } from "./testing/ends.ts";

/** Just below the values at which a signed and an unsigned number wrap, as the shared words hold them. */
const STARTS = { "2^31": 2 ** 31 - 64, "2^32": -64 };

for (const strategy of [...STRATEGIES, ...ALTERNATIVES]) {
  const variants = strategy.name === "async-lock" ? [{}, { fair: "true" }] : strategy.variants;
  for (const variant of variants.length === 0 ? [{}] : variants) {
    for (const [place, firstPosition] of Object.entries(STARTS)) {
      const label = `${strategy.name} ${JSON.stringify(variant)} passes ${place}`;
      test(label, async () => {
        const fan = strategy.open({
          producers: 2,
          workers: 2,
          capacity: 256,
          messageBytes: 4,
          params: parseParams(strategy, variant),
          firstPosition,
        });
        // A pending `waitAsync` does not keep a process alive.
        const alive = setInterval(() => {}, 1_000);
        const ends = fan.tickets.map(joinAny);
        const sent: number[][] = [[], []];
        const got: number[][] = [[], []];
        for (let round = 0; round < 100; round++) {
          for (const [w, end] of ends.entries()) {
            const message = [w, round & 0xff, round >>> 8, 5 * w];
            sent[w].push(...message);
            await end.send(Uint8Array.from(message));
            await end.flush();
          }
          while (got[0].length + got[1].length < sent[0].length + sent[1].length) {
            const run = [...(await fan.consumer.receive())!];
            for (let at = 0; at < run.length; at += 4) got[run[at]].push(...run.slice(at, at + 4));
          }
        }
        clearInterval(alive);
        assert.deepEqual(got, sent);
      });
    }
  }
}

test(
  "channel: a Worker that was quiet for 2^32 bytes finds a full ring full",
  { timeout: 60_000 },
  async () => {
    const fan = channel.open({
      producers: 2,
      workers: 2,
      capacity: 2 ** 20,
      messageBytes: 65_532,
      params: parseParams(channel, {}),
    });
    const sent = new Int32Array(new SharedArrayBuffer(8));
    const quiet = new Worker(new URL("./testing/quiet_worker.ts", import.meta.url), {
      workerData: { ticket: fan.tickets[0], sent: sent.buffer },
    });
    try {
      while (Atomics.load(sent, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      const busy = joinBlocking(fan.tickets[1]);
      // Each record has 2^16 bytes with its header, so this many go round once.
      const message = new Uint8Array(65_532);
      for (let record = 0; record < 2 ** 16; record++) {
        busy.send(message);
        await fan.consumer.receive();
      }
      // The consumer holds the last batch, while the rest of the ring is filled.
      for (let record = 1; record < 16; record++) busy.send(message);
      Atomics.store(sent, 1, 2);
      Atomics.notify(sent, 1);
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(Atomics.load(sent, 0), 0, "it got a place in a full ring");
      for (let record = 1; record < 16; record++) await fan.consumer.receive();
      const run = await fan.consumer.receive();
      assert.equal(run?.length, 65_532, "it got no place in the end");
    } finally {
      fan.consumer.abort();
      await quiet.terminate();
    }
  },
);

test("a runtime without Atomics.pause can wait as well", async () => {
  const atomics = Atomics as unknown as { pause: unknown };
  const original = atomics.pause;
  try {
    atomics.pause = undefined;
    const without: { pause: typeof pause } = await import(`./primitives/pause.ts?without=${1}`);
    without.pause(16);
  } finally {
    atomics.pause = original;
  }
  pause(16);
});
