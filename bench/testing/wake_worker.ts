/**
 * The producers of a wake trial: they send messages to a sleeping consumer, then a flood, and close while it sleeps
 * again.
 */
import { parentPort, workerData } from "node:worker_threads";
import { findStrategy } from "../../strategies/registry.ts";
import type { Ticket } from "../../strategies/strategy.ts";
import { PINGS, WORDS } from "./wake_words.ts";

/** Time in which a consumer on an idle core falls asleep (ms). If it has not, a trial proves less but does not fail. */
const ASLEEP_MS = 5;

const { flood, of } = workerData as { flood: number; of: number };
const ticket = workerData.ticket as Ticket;
const words = new Int32Array(workerData.words as SharedArrayBuffer);
const end = findStrategy(ticket.strategy)!.join(ticket);
const message = Uint8Array.of(1);

// A task that only waits on shared memory does not keep its thread alive.
const alive = setInterval(() => {}, 60_000);
parentPort!.postMessage("ready");
atLeast(WORDS.go, 1);
if (ticket.worker === 0) {
  for (let ping = 1; ping <= PINGS; ping++) {
    nap();
    // Both methods of a blocking producer, in turn.
    if ("sendByte" in end && ping % 2 === 0) end.sendByte(1);
    else await end.send(message);
    if ("flush" in end) end.flush();
    atLeast(WORDS.received, ping);
    // There is nothing left to publish; this flush must not swallow the next wake-up.
    if ("flush" in end) end.flush();
  }
  Atomics.store(words, WORDS.flood, 1);
  Atomics.notify(words, WORDS.flood);
}
atLeast(WORDS.flood, 1);
for (let sent = 0; sent < flood; sent++) {
  if ("sendByte" in end && sent % 2 === 0) end.sendByte(1);
  else await end.send(message);
}
if ("flush" in end) end.flush();
atLeast(WORDS.received, PINGS + of * flood);
nap();
await end.close();
clearInterval(alive);

function atLeast(at: number, value: number): void {
  for (;;) {
    const seen = Atomics.load(words, at);
    if (seen >= value) return;
    Atomics.wait(words, at, seen);
  }
}

function nap(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ASLEEP_MS);
}
