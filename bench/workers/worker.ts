/** The entry of a Worker thread in a measured cell: serves one crew after another. */
import { parentPort, workerData } from "node:worker_threads";
import { keepCompiledCode } from "../runtime.ts";
import { IDLE, serveProducers, type WorkerSetup } from "./serve_producers.ts";

const port = parentPort!;
let setup = workerData as WorkerSetup;
for (;;) {
  await serveProducers(setup);
  keepCompiledCode();
  const next = new Promise<WorkerSetup>((resolve) => port.once("message", resolve));
  port.ref();
  port.postMessage(IDLE);
  setup = await next;
}
