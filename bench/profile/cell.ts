/**
 * One cell under a CPU profiler, in a process of its own:
 *
 *     <runtime> bench/profile/cell.ts '<ProfileSpec as JSON>'
 *
 * Warms up as a measured cell does, then samples whole runs, the consumer's thread and every Worker. The process is
 * interrupted thousands of times a second, so its times are no measurement.
 */
import { loadStrategy } from "../peers/registry.ts";
import { openRuns } from "../wire/open_runs.ts";
import { endWithParent } from "../process/parent.ts";
import { carryOut, type RunContext, type RunRequest } from "../process/run.ts";
import type { CellEvent } from "../process/spec.ts";
import { openStrategySubject } from "../subjects/strategy_subject.ts";
import type { Subject } from "../subjects/subject.ts";
import { peakResidentBytes } from "../process/usage.ts";
import { warmUp } from "../process/warm_up.ts";
import { nameWaits } from "./named_waits.ts";
import { Sampler } from "./sampler.ts";
import { type ProfileSpec, STAGE, type WorkerProfile } from "./spec.ts";
import { SubjectFailure } from "../subjects/failure.ts";

/** The most runs, for runs so short that they would otherwise go on too long. */
const MAX_RUNS = 200;

endWithParent();
const spec: ProfileSpec = JSON.parse(process.argv[2]);
try {
  await profileCell(spec);
} catch (error) {
  emit({ type: "failed", detail: (error as Error).message.split("\n")[0] });
}
// Exit when everything is written: before that, the exit would cut off what is still in the pipe.
process.stdout.write(
  JSON.stringify({ type: "end", rssPeakBytes: peakResidentBytes() } satisfies CellEvent) + "\n",
  () => process.exit(0),
);

async function profileCell({ cell, folder, intervalUs, sampleMs }: ProfileSpec): Promise<void> {
  nameWaits();
  const sampler = await Sampler.open(intervalUs);
  const stage = new Int32Array(new SharedArrayBuffer(4));
  const profile: WorkerProfile = { folder, intervalUs, stage: stage.buffer };
  const failure = new SubjectFailure();
  const subject = await openStrategySubject(
    await loadStrategy(cell.subject),
    cell,
    failure.tell,
    { file: new URL("./worker.ts", import.meta.url), data: { profile } },
  );
  const context: RunContext = {
    subject,
    openRun: openRuns(cell),
    producers: cell.producers,
    failure,
  };
  const request: RunRequest = {
    runId: cell.runId,
    messages: cell.messages,
    messageBytes: cell.messageBytes,
    seed: cell.seed,
    warmUp: false,
  };
  const unseen = async (messages: number) =>
    (await carryOut(context, { ...request, messages, warmUp: true })).elapsedUs;
  try {
    emit({ type: "warm", ...await warmUp(unseen, cell.producers, cell.messages) });

    Atomics.store(stage, 0, STAGE.sample);
    context.subject = whileSampling(subject, sampler);
    for (let runs = 0; runs < MAX_RUNS && sampler.sampledMs < sampleMs; runs++) {
      emit({ type: "run", ...await carryOut(context, request) });
    }

    Atomics.store(stage, 0, STAGE.save);
    sampler.save(folder, "consumer");
    context.subject = subject;
    // A Worker blocks between two runs, and only looks at the stage when the next one begins.
    await unseen(1);
  } finally {
    await subject.stop();
  }
}

/** The subject with a profile of this thread from the release of the producers to the last write. */
function whileSampling(subject: Subject, sampler: Sampler): Subject {
  return {
    ...subject,
    async transfer(sink) {
      await sampler.start();
      const transferred = await subject.transfer(sink);
      await sampler.stop();
      return transferred;
    },
  };
}

function emit(event: CellEvent): void {
  process.stdout.write(JSON.stringify(event) + "\n");
}
