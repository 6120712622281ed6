/**
 * The entry of a Worker thread in a soak. It does what a measured Worker does, and collects garbage after each run:
 * otherwise a heap grows for many minutes before it is first collected as a whole, which looks like a leak.
 */
import { workerData } from "node:worker_threads";
import { collectGarbage } from "../runtime.ts";
import { serveProducers, type WorkerSetup } from "../workers/serve_producers.ts";

await serveProducers(workerData as WorkerSetup, {
  before: () => Promise.resolve(),
  after: () => Promise.resolve(collectGarbage()),
});
