/**
 * piscina: a pool of Workers, with `run(task)` and the value that the worker file's function returns, as in its README.
 *
 * The result of a task with a batch is moved (`Piscina.move`); that of a single message is copied. The pool is fixed in
 * size, so that no Worker starts or ends during a run, and keeps no times (`recordTiming: false`).
 * Tried: `atomics: "disabled"`, which was no faster in a short trial. Not tried: `concurrentTasksPerWorker`, which its
 * README recommends for tasks that wait.
 */
import { Piscina } from "piscina";
import type { StartPool } from "./pool_task.ts";

export const start: StartPool = (workers, batch) => {
  const pool = new Piscina({
    filename: new URL("./piscina_worker.ts", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    recordTiming: false,
  });
  const name = batch ? "moved" : "default";
  return {
    run: (task) => pool.run(task, { name }),
    stop: () => pool.destroy(),
  };
};
