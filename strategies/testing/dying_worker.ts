/**
 * Publishes two messages, then stops for ever after its n-th atomic operation inside the next `send`, where the test
 * terminates it. The operations are replaced before any strategy's module is loaded.
 *
 *     workerData  { ticket, dieAt, state }       state: 0 running, 1 stopped at the place, 2 never got there
 */
import { workerData } from "node:worker_threads";
import type { Ticket } from "../strategy.ts";

const { ticket, dieAt, state } = workerData as {
  ticket: Ticket;
  dieAt: number;
  state: SharedArrayBuffer;
};
const words = new Int32Array(state);
const { wait, store } = Atomics;
let armed = false;
let operations = 0;

function stopForEver(how: number): never {
  armed = false;
  store(words, 0, how);
  // In slices, since not every runtime can terminate a thread that waits without an end.
  for (;;) wait(words, 1, 0, 10);
}

const atomics = Atomics as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of ["add", "sub", "load", "store", "exchange", "compareExchange"]) {
  const original = atomics[name];
  atomics[name] = (...args) => {
    const result = original(...args);
    if (armed && ++operations === dieAt) stopForEver(1);
    return result;
  };
}

const { joinAny } = await import("./ends.ts");
// Neither a promise nor a pending `waitAsync` keeps a Worker alive.
setInterval(() => {}, 1_000);
const end = joinAny(ticket);
for (let i = 0; i < 2; i++) await end.send(Uint8Array.of(7, 7, 7, 7, 7, 7, 7, 7));
await end.flush();
armed = true;
await end.send(Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9));
stopForEver(2);
