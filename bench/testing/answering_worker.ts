/** Answers questions about its clock, run after run, until it is terminated. workerData { memory, workers, runs } */
import { parentPort, workerData } from "node:worker_threads";
import { PaceBlock } from "../latency/pace_block.ts";

const { memory, workers, runs } = workerData;
const block = new PaceBlock(memory, workers);
for (let run = 0; run < runs; run++) {
  block.answer(1, () => false);
  parentPort!.postMessage({
    startMs: block.startOf(1),
    originMs: performance.timeOrigin,
  });
}
