/**
 * Sends many one-byte messages and waits until the consumer has caught up and sleeps. Then it sends two more, and
 * neither sends again nor lets its event loop turn until the consumer says that it has them. Posts whether it did.
 *
 *     workerData  { ticket, said, before, limitMs }     said[0]: bytes that the consumer has received
 */
import { parentPort, workerData } from "node:worker_threads";
import { joinBlocking } from "../../mod.ts";

const { ticket, before, limitMs } = workerData;
const said = new Int32Array(workerData.said);
const end = joinBlocking(ticket);

/** Blocks until the consumer has received this many bytes; false if the limit has passed. */
function received(bytes: number): boolean {
  const until = performance.now() + limitMs;
  for (;;) {
    const seen = Atomics.load(said, 0);
    if (seen >= bytes) return true;
    const left = until - performance.now();
    if (left <= 0) return false;
    Atomics.wait(said, 0, seen, left);
  }
}

for (let sent = 0; sent < before; sent++) end.sendByte(1);
end.flush();
const caughtUp = received(before);
// Longer than any pause that the load may have caused, so the consumer now sleeps until the next message.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
for (let more = 1; more <= 2; more++) end.sendByte(1);
parentPort!.postMessage(caughtUp && received(before + 2));
end.close();
