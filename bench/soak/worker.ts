/**
 * The entry of a Worker thread in a soak: what a measured one does, and behind each run it collects garbage. Left to
 * itself, a heap grows for many minutes before it is first collected as a whole, which looks like a leak.
 */
import { workerData } from "node:worker_threads";
import { collectGarbage } from "../runtime.ts";
import { serveProducers, type WorkerSetup } from "../workers/serve_producers.ts";

await serveProducers(workerData as WorkerSetup, {
  before: () => Promise.resolve(),
  after: () => Promise.resolve(collectGarbage()),
});
