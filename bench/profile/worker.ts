/** The entry of a Worker thread in a profiled cell. It does what a measured Worker does, under a profiler. */
import { workerData } from "node:worker_threads";
import { type AroundRuns, serveProducers, type WorkerSetup } from "../workers/serve_producers.ts";
import { nameWaits } from "./named_waits.ts";
import { Sampler } from "./sampler.ts";
import { STAGE, type WorkerProfile } from "./spec.ts";

const setup = workerData as WorkerSetup & { profile: WorkerProfile };
const { folder, intervalUs } = setup.profile;
const stage = new Int32Array(setup.profile.stage);
const sampler = await Sampler.open(intervalUs);
let sampling = false;

const around: AroundRuns = {
  async before() {
    const now = Atomics.load(stage, 0);
    if (now === STAGE.save) sampler.save(folder, `worker-${setup.worker + 1}`);
    sampling = now === STAGE.sample;
    if (sampling) await sampler.start();
  },
  async after() {
    if (sampling) await sampler.stop();
  },
};

nameWaits();
await serveProducers(setup, around);
