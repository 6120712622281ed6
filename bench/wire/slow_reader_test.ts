/** When a slow reader pauses and resumes its sockets, from sockets that only note it. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { SlowReader, type SlowReading } from "./slow_reader.ts";

/** What has been asked of one socket, in order. */
class NotedSocket {
  readonly asked: ("pause" | "resume")[] = [];

  pause(): void {
    this.asked.push("pause");
  }

  resume(): void {
    this.asked.push("resume");
  }

  get isPaused(): boolean {
    return this.asked.at(-1) === "pause";
  }
}

function slowed(reading: SlowReading, count = 1): { reader: SlowReader; sockets: NotedSocket[] } {
  const sockets = Array.from({ length: count }, () => new NotedSocket());
  return { reader: new SlowReader(sockets as unknown as Socket[], reading), sockets };
}

/** However long it takes; the test's own limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

const LIMIT = { timeout: 20_000 };

test("a stall pauses every socket and resumes it, again and again", LIMIT, async () => {
  const reading = { stall: { forMs: 10, everyMs: 20 }, bytesPerS: null };
  const { reader, sockets } = slowed(reading, 2);
  try {
    assert.deepEqual(sockets.map(({ asked }) => asked), [["resume"], ["resume"]], "reads at first");
    for (let stalls = 0; stalls < 2; stalls++) {
      await until(() => sockets.every(({ isPaused }) => isPaused));
      await until(() => sockets.every(({ isPaused }) => !isPaused));
    }
  } finally {
    reader.end();
  }
});

test("the end resumes what is paused, and nothing is paused after it", LIMIT, async () => {
  const { reader, sockets: [socket] } = slowed({
    stall: { forMs: 19, everyMs: 20 },
    bytesPerS: null,
  });
  await until(() => socket.isPaused);
  reader.end();
  assert.ok(!socket.isPaused);
  reader.took(1_000_000);
  await sleep(50);
  assert.ok(!socket.isPaused);
});

test("a rate pauses until what was read is paid for", LIMIT, async () => {
  const { reader, sockets: [socket] } = slowed({ stall: null, bytesPerS: 1_000_000 });
  try {
    assert.ok(!socket.isPaused);
    // 50 ms of it.
    reader.took(50_000);
    assert.ok(socket.isPaused);
    await until(() => !socket.isPaused);
  } finally {
    reader.end();
  }
});

test("the end resumes what a rate would have paused for long", () => {
  const { reader, sockets: [socket] } = slowed({ stall: null, bytesPerS: 1_000 });
  reader.took(3_600_000);
  assert.ok(socket.isPaused);
  reader.end();
  reader.took(3_600_000);
  assert.ok(!socket.isPaused);
});

test("without a rate, reading much pauses nothing", () => {
  const reading = { stall: { forMs: 1, everyMs: 3_600_000 }, bytesPerS: null };
  const { reader, sockets: [socket] } = slowed(reading);
  reader.took(2 ** 40);
  assert.ok(!socket.isPaused);
  reader.end();
});
