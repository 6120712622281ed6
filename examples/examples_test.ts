/** Every example runs, under the runtime that runs the test. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { oneSlot } from "./one_slot.ts";
import { permutationsOf } from "./permutations.ts";

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

/** A label so long that its look-alikes fill a pipe, and the hand-off, several times. */
const LONG = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0.com";
const SQUAT = fileURLToPath(new URL("./squat.ts", import.meta.url));

function squat(...args: string[]) {
  return spawn(process.execPath, [...runArguments(currentRuntime().kind), SQUAT, ...args]);
}

function sorted(text: string): string[] {
  return text.split("\n").slice(0, -1).sort();
}

const EXPECTED = permutationsOf(LONG).map((look) => JSON.stringify(look)).sort();

test("squat streams every look-alike to a reader that is slow", { timeout: 60_000 }, async () => {
  const child = squat(LONG);
  let [output, summary] = ["", ""];
  child.stderr.on("data", (chunk) => summary += chunk);
  const ended = once(child, "close");
  for await (const chunk of child.stdout) {
    output += chunk;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const [code] = await ended;
  assert.equal(code, 0, summary);
  assert.ok(output.length > 65_536, "it would fit a pipe");
  assert.deepEqual(sorted(output), EXPECTED);
  assert.match(summary, new RegExp(`^${EXPECTED.length} look-alikes of ${LONG}: .*\n$`));
});

test("squat ends quietly when its reader leaves", { timeout: 60_000 }, async () => {
  const child = squat(LONG);
  let summary = "";
  child.stderr.on("data", (chunk) => summary += chunk);
  const ended = once(child, "close");
  await once(child.stdout, "data");
  child.stdout.destroy();
  assert.deepEqual([(await ended)[0], summary], [0, ""]);
});

test("squat streams to a socket", { timeout: 60_000 }, async () => {
  let output = "";
  const server = createServer((socket) => {
    socket.on("data", (chunk) => output += chunk).on("end", () => socket.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const child = squat(LONG, `127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [code] = await once(child, "close");
  server.close();
  assert.equal(code, 0);
  assert.deepEqual(sorted(output), EXPECTED);
});

test("squat says in one line what is no domain", { timeout: 30_000 }, () => {
  const args = [...runArguments(currentRuntime().kind), SQUAT, "nonsense"];
  const { stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.match(stderr, /^"nonsense" is not a registered domain.*\n$/);
  assert.equal(status, 2);
});
