/** Sends as fast as the hand-off allows, and counts; answers "closed", or the name of the error that ended it. */
import { parentPort, workerData } from "node:worker_threads";
import { joinAsync, joinBlocking, strategies } from "../../mod.ts";

const { ticket, sent, bytes, messages } = workerData;
const count = new Int32Array(sent);
const message = new Uint8Array(bytes);
const kind = strategies().find(({ name }) => name === ticket.strategy)!.kind;
// Neither a promise nor a pending `waitAsync` keeps a Worker alive.
const alive = setInterval(() => {}, 1_000);

try {
  if (kind === "blocking") {
    const end = joinBlocking(ticket);
    for (let i = 0; i < messages; i++) {
      end.send(message);
      Atomics.add(count, 0, 1);
    }
    end.close();
  } else {
    const end = joinAsync(ticket);
    for (let i = 0; i < messages; i++) {
      await end.send(message);
      Atomics.add(count, 0, 1);
    }
    await end.close();
  }
  parentPort!.postMessage("closed");
} catch (error) {
  parentPort!.postMessage((error as Error).name);
} finally {
  clearInterval(alive);
}
