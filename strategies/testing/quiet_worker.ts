/** Joins, says so, and waits until it is told to send one message. */
import { workerData } from "node:worker_threads";
import { joinBlocking } from "../../mod.ts";

const words = new Int32Array(workerData.sent as SharedArrayBuffer);
const end = joinBlocking(workerData.ticket);
Atomics.store(words, 1, 1);
while (Atomics.load(words, 1) === 1) Atomics.wait(words, 1, 1, 50);
end.send(new Uint8Array(65_532));
Atomics.store(words, 0, 1);
