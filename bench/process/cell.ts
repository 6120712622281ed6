/**
 * The program that the launcher runs under each runtime: measures one cell after the other, as it is told.
 *
 *     <runtime> bench/process/cell.ts          a CellSpec as a JSON line on standard input
 *
 * Prints a JSON line for every event (`spec.ts`), the last of each cell being its `end`; then waits for the next cell.
 * Cells of one process share its Workers, its compiled code and its heap: they differ in P, and in the
 * rate of an open loop, alone.
 */
import { approach } from "./approach.ts";
import { budgetOf, LEAST_MESSAGES, OPEN_LOOP, rewarmRuns } from "./budget.ts";
import { keepCompiledCode } from "../runtime.ts";
import { calibrate } from "./calibrate.ts";
import { endWithParent } from "./parent.ts";
import { repeat } from "./repeat.ts";
import { carryOut, type RunContext, type RunRequest } from "./run.ts";
import { openRuns } from "../wire/open_runs.ts";
import type { CellEvent, CellSpec, RunReport } from "./spec.ts";
import { openSubject, SUBJECTS } from "../subjects/registry.ts";
import { peakResidentBytes, residentBytes } from "./usage.ts";
import { warmUp } from "./warm_up.ts";

/** What a pilot measures. */
const ONE_RUN = { leastRuns: 1, maxRuns: 1, enoughUs: 0 };
/**
 * The second pass of a one-byte cell, small beside the cell: at least two runs, so that the second finds what the
 * first has left behind, and no third once that much time (µs) is spent. Messages of all producers grow from run to
 * run: an arm that writes each message by itself takes as long for a few hundred as others for all of them.
 */
const PROOF = { least: 2, most: 3, enoughUs: 8_000, messages: [512, 2_048, 8_192] };
/** Beyond this (µs) the next run of the second pass is no larger. */
const PROOF_STEP_US = 2_000;
/** The pilot's fill of the whole capacity: messages large enough that it takes few of them. */
const FILL = { leastBytes: 1_024, mostBytes: 16_384, most: 64 * 2 ** 20 };

/** Begun by this process. */
let cells = 0;
/** Workers that have warmed up with a cell before. */
let warmWorkers = 0;
// One at a time: the launcher waits for each one's end.
endWithParent((line) => measureCell(JSON.parse(line)));

async function measureCell(spec: CellSpec): Promise<void> {
  cells++;
  try {
    if (spec.task === "calibrate") emit({ type: "calibrated", chunk: await calibrate(spec) });
    else await runCell(spec);
  } catch (error) {
    emit({ type: "failed", detail: (error as Error).message.split("\n")[0] });
  }
  emit({ type: "end", rssPeakBytes: ofFirst(peakResidentBytes()) });
}

/** Memory of a later cell would be that of the earlier ones, too. */
function ofFirst(bytes: number): number | null {
  return cells === 1 ? bytes : null;
}

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
  const isPilot = spec.task === "pilot";
  try {
    emit({
      type: "ready",
      workerStartMs: performance.now() - before,
      sharedBytes: subject.sharedBytes,
      rssReadyBytes: ofFirst(residentBytes()),
    });
    if (isPilot && spec.runTimeUs !== null) {
      request.messages = await approach(
        (messages) => carryOut(context, { ...request, messages, warmUp: true }),
        spec.producers,
        { least: LEAST_MESSAGES, most: spec.messages, wantedUs: spec.runTimeUs },
      );
    }
    if (!isPilot || spec.runTimeUs === null) await warm(context, request, spec);
    const measured = spec.pace === null ? request : {
      ...request,
      pace: { ...spec.pace, messages: spec.messages },
      reading: spec.reading,
    };
    // Of the first cell: a later one finds everything that waits and wakes compiled.
    if (spec.pace !== null && cells === 1) await carryOut(context, { ...measured, warmUp: true });
    await repeat(async () => {
      const report = await carryOut(context, measured);
      emit({ type: "run", ...report });
      return report.elapsedUs;
    }, isPilot ? ONE_RUN : spec.pace !== null ? OPEN_LOOP : budgetOf(spec.runTimeUs));
    if (spec.messageBytes === 1 && spec.task === "measure") await prove(context, request);
    if (isPilot) {
      await fill(context, request, spec);
      keepCompiledCode();
    }
  } finally {
    await subject.stop();
  }
}

/** Where the process has compiled its code for another P, it needs a few runs to find its buffers. */
async function warm(context: RunContext, request: RunRequest, spec: CellSpec): Promise<void> {
  const once = async (messages: number) =>
    (await carryOut(context, { ...request, messages, warmUp: true })).elapsedUs;
  const workers = Math.min(spec.workers, spec.producers);
  if (workers <= warmWorkers && spec.runTimeUs !== null) {
    const runs = rewarmRuns(request.messages);
    for (let run = 0; run < runs; run++) await once(request.messages);
    emit({ type: "warm", runs, steady: null });
    return;
  }
  const { warmUpUs } = budgetOf(spec.runTimeUs);
  const { runs, steady } = await warmUp(once, context.producers, request.messages, warmUpUs);
  warmWorkers = workers;
  emit({ type: "warm", runs, steady });
}

/**
 * One-byte messages name no producer, so the same function sends bytes that do, in groups that change from run to
 * run, over a hand-off so small that it fills, waits and wraps.
 */
async function prove(context: RunContext, request: RunRequest): Promise<void> {
  let outcome: Pick<RunReport, "status" | "detail"> = { status: "ok", detail: "" };
  let spentUs = 0;
  let size = 0;
  for (let run = 0; run < PROOF.most && outcome.status === "ok"; run++) {
    if (run >= PROOF.least && spentUs > PROOF.enoughUs) break;
    const messages = Math.max(1, Math.ceil(PROOF.messages[size] / context.producers));
    const report = await carryOut(context, { ...request, messages, proof: true });
    outcome = report;
    spentUs += report.elapsedUs;
    if (report.elapsedUs < PROOF_STEP_US) size++;
  }
  emit({ type: "proof", status: outcome.status, detail: outcome.detail });
}

/** Once a cell, and outside of the rounds: producers fill all of the capacity before the consumer takes anything. */
async function fill(context: RunContext, request: RunRequest, spec: CellSpec): Promise<void> {
  const bytes = Math.min(FILL.most, 1.5 * context.subject.sharedBytes);
  const share = Math.floor(bytes / context.producers);
  const messageBytes = Math.min(
    Math.max(FILL.leastBytes, Math.min(FILL.mostBytes, share)),
    largestMessage(spec),
  );
  if (messageBytes < 8) return;
  const messages = Math.ceil(bytes / messageBytes / context.producers);
  const { status, detail } = await carryOut(context, {
    ...request,
    messages,
    messageBytes,
    late: true,
  });
  emit({ type: "proof", status, detail });
}

function largestMessage({ subject, capacity, workers, producers }: CellSpec): number {
  const entry = SUBJECTS.find(({ name }) => name === subject)!;
  return entry.largestMessage(capacity, Math.min(workers, producers));
}

function emit(event: CellEvent): void {
  process.stdout.write(JSON.stringify(event) + "\n");
}
