/** A Worker of a cell. Worker 1 ends in the middle of its run without a word. */
import { workerData } from "node:worker_threads";
import { serveProducers, type WorkerSetup } from "../workers/serve_producers.ts";

/**
 * Atomic operations that change a word, after which it ends; every strategy makes some, for each message or each batch.
 */
const OPERATIONS_BEFORE = 5_000;

const setup = workerData as WorkerSetup;

if (setup.worker === 1) {
  let left = OPERATIONS_BEFORE;
  const atomics = Atomics as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ["add", "store", "compareExchange"]) {
    const original = atomics[name];
    atomics[name] = (...args) => {
      if (--left === 0) process.exit(3);
      return original(...args);
    };
  }
}

await serveProducers(setup);
