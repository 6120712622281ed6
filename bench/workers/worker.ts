/** The entry of a Worker thread in a measured cell. */
import { workerData } from "node:worker_threads";
import { serveProducers, type WorkerSetup } from "./serve_producers.ts";

await serveProducers(workerData as WorkerSetup);
