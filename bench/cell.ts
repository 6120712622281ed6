/**
 * One cell in one process: the program that the launcher runs under each runtime.
 *
 *     <runtime> bench/cell.ts '<CellSpec as JSON>'
 *
 * Prints a JSON line for every event (`spec.ts`); ends with 0 when it could say what happened.
 */
import { calibrate } from "./calibrate.ts";
import { endWithParent } from "./parent.ts";
import { repeat } from "./repeat.ts";
import { carryOut, type RunContext, type RunRequest } from "./run.ts";
import { openRuns } from "./open_runs.ts";
import type { CellEvent, CellSpec } from "./spec.ts";
import { openSubject } from "./subjects/registry.ts";
import { peakResidentBytes, residentBytes } from "./usage.ts";
import { warmUp } from "./warm_up.ts";

/** Measured runs of one process: ten, or as many as pass a quarter of a second. */
const BUDGET = { maxRuns: 10, enoughUs: 250_000 };
/** The second pass of a one-byte cell: enough to see a swap, small beside the cell. */
const PROOF = { messageBytes: 8, maxMessages: 100 };

endWithParent();
const spec: CellSpec = JSON.parse(process.argv[2]);
try {
  if (spec.task === "calibrate") emit({ type: "calibrated", chunk: await calibrate(spec) });
  else await runCell(spec);
} catch (error) {
  emit({ type: "failed", detail: (error as Error).message.split("\n")[0] });
}
// Written before the exit, which would truncate what is still in the pipe.
process.stdout.write(
  JSON.stringify({ type: "end", rssPeakBytes: peakResidentBytes() } satisfies CellEvent) + "\n",
  () => process.exit(0),
);

async function runCell(spec: CellSpec): Promise<void> {
  let failSubject: (reason: Error) => void = () => {};
  const subjectFailed = new Promise<never>((_, reject) => failSubject = reject);
  subjectFailed.catch(() => {});
  const before = performance.now();
  const subject = await openSubject(spec, failSubject);
  const context: RunContext = {
    subject,
    openRun: openRuns(spec),
    producers: spec.producers,
    subjectFailed,
  };
  const request: RunRequest = {
    runId: spec.runId,
    messages: spec.messages,
    messageBytes: spec.messageBytes,
    seed: spec.seed,
    warmUp: false,
  };
  try {
    emit({
      type: "ready",
      workerStartMs: performance.now() - before,
      sharedBytes: subject.sharedBytes,
      rssReadyBytes: residentBytes(),
    });
    await repeat(
      () => warm(context, request),
      async () => {
        const report = await carryOut(context, request);
        emit({ type: "run", ...report });
        return report.elapsedUs;
      },
      spec.task === "pilot" ? { maxRuns: 1, enoughUs: 0 } : BUDGET,
    );
    if (spec.messageBytes === 1 && spec.task === "measure") await prove(context, request);
  } finally {
    await subject.stop();
  }
}

async function warm(context: RunContext, request: RunRequest): Promise<void> {
  const once = async (messages: number) =>
    (await carryOut(context, { ...request, messages, warmUp: true })).elapsedUs;
  const { runs, steady } = await warmUp(once, context.producers, request.messages);
  emit({ type: "warm", runs, steady });
}

/** One-byte messages name no producer, so the same cell runs once more with messages that do. */
async function prove(context: RunContext, request: RunRequest): Promise<void> {
  const { status, detail } = await carryOut(context, {
    ...request,
    messages: Math.min(request.messages, PROOF.maxMessages),
    messageBytes: PROOF.messageBytes,
  });
  emit({ type: "proof", status, detail });
}

function emit(event: CellEvent): void {
  process.stdout.write(JSON.stringify(event) + "\n");
}
