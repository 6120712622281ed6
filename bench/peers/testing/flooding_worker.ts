/** Sends messages for ever and counts them, until its hand-off is aborted; then says what ended it. */
import { parentPort, workerData } from "node:worker_threads";
import { loadStrategy } from "../registry.ts";

const { ticket, sent, bytes } = workerData;
const strategy = await loadStrategy(ticket.strategy);
const end = strategy.join(ticket);
const count = new Int32Array(sent);
try {
  for (;;) {
    await end.send(new Uint8Array(bytes));
    Atomics.add(count, 0, 1);
  }
} catch (error) {
  parentPort!.postMessage((error as Error).name);
}
