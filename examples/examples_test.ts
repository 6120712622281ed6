/** Every example runs, under the runtime that runs the test. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { oneSlot } from "./one_slot.ts";

test("log_collector collects every line of every Worker", { timeout: 30_000 }, () => {
  const file = fileURLToPath(new URL("./log_collector.ts", import.meta.url));
  const args = [...runArguments(currentRuntime().kind), file];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(stderr, "");
  assert.equal(stdout, "worker 0: 1000 lines\nworker 1: 1000 lines\n");
  assert.equal(status, 0);
});

test("one_slot, the strategy to copy from, delivers and keeps to its lengths", async () => {
  const { least } = oneSlot.capacityRange(2, 8);
  const fan = oneSlot.open({
    producers: 2,
    workers: 2,
    capacity: least,
    messageBytes: 8,
    params: {},
  });
  const ends = fan.tickets.map((ticket) => oneSlot.join(ticket));
  for (let round = 0; round < 1_000; round++) {
    for (const [w, end] of ends.entries()) {
      end.send(new Uint8Array(8).fill(round + w));
      assert.deepEqual([...(await fan.consumer.receive())!], Array(8).fill((round + w) & 0xff));
    }
  }
  assert.throws(() => ends[0].send(new Uint8Array(9)), RangeError);
  for (const end of ends) end.close();
  assert.equal(await fan.consumer.receive(), null);
});
