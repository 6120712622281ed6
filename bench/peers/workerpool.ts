/**
 * workerpool: a pool of dedicated Workers, with `exec(method, parameters)` and the value that the registered function
 * returns, as in its README. The result of a task with a batch is moved (`workerpool.Transfer`); that of a single
 * message is copied.
 *
 * Its Workers are threads where that works. Under Bun a task on a thread never ends, so there it runs Web Workers.
 * Tried: threads and Web Workers under all three. Not tried: child processes, which share no memory.
 */
import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import { currentRuntime } from "../runtime.ts";
import type { StartPool } from "./pool_task.ts";

const SCRIPT = fileURLToPath(new URL("./workerpool_worker.ts", import.meta.url));

export const start: StartPool = (workers, batch) => {
  const pool = workerpool.pool(SCRIPT, {
    minWorkers: workers,
    maxWorkers: workers,
    workerType: currentRuntime().kind === "bun" ? "web" : "thread",
  });
  const method = batch ? "moved" : "copied";
  return {
    run: async (task) => await pool.exec(method, [task]),
    stop: async () => await pool.terminate(),
  };
};
