/**
 * The program that the launcher runs under each runtime: measures one cell after the other, as it is told.
 *
 *     <runtime> bench/process/cell.ts          a CellSpec as a JSON line on standard input
 *
 * Prints a JSON line for every event (`spec.ts`), the last of each cell being its `end`; then waits for the next cell.
 * Cells of one process share its Workers, its hand-off, its compiled code and its heap: they differ only in P and, in
 * an open loop, in the rate.
 */
import { keepCompiledCode } from "../runtime.ts";
import { calibrate } from "./calibrate.ts";
import { Course } from "./course.ts";
import { endWithParent } from "./parent.ts";
import { carryOut, type RunContext, type RunRequest } from "./run.ts";
import { openRuns } from "../wire/open_runs.ts";
import { type CellEvent, type CellSpec, isOutcome } from "./spec.ts";
import { openSubject, SUBJECTS } from "../subjects/registry.ts";
import { peakResidentBytes, residentBytes } from "./usage.ts";
import { SubjectFailure } from "../subjects/failure.ts";

/** The pilot fills the whole hand-off once, with messages so large that it takes few of them. */
const FILL = { leastBytes: 1_024, mostBytes: 16_384, most: 64 * 2 ** 20 };

/** Cells that this process has begun. */
let cells = 0;
/** What a cell has left for the next one with as many Workers. */
let kept: { workers: number; context: RunContext } | null = null;
/** Runs that this process has carried out, over whichever hand-off: each has content of its own. */
let runs = 0;
/** The most Workers that have left after a pilot. */
let leftWorkers = 0;
/** Outcomes that were reported for the current cell. */
let outcomes = 0;
const course = new Course(emit);
// Cells come one at a time, since the launcher waits for the end of each.
endWithParent((line) => measureCell(JSON.parse(line)));

async function measureCell(spec: CellSpec): Promise<void> {
  cells++;
  outcomes = 0;
  try {
    if (spec.task === "calibrate") emit({ type: "calibrated", chunk: await calibrate(spec) });
    else await runCell(spec);
  } catch (error) {
    emit({ type: "failed", detail: (error as Error).message.split("\n")[0] });
  }
  emit({ type: "end", rssPeakBytes: ofFirst(peakResidentBytes()), outcomes });
}

/** In a later cell, the memory would be that of earlier ones, too. */
function ofFirst(bytes: number): number | null {
  return cells === 1 ? bytes : null;
}

async function runCell(spec: CellSpec): Promise<void> {
  const workers = Math.min(spec.workers, spec.producers);
  const earlier = kept?.workers === workers && !kept.context.failure!.isTold ? kept.context : null;
  // It is stopped before another one is opened, which can then use its Workers.
  if (earlier === null) await kept?.context.subject.stop();
  kept = null;
  const before = performance.now();
  const context = earlier ?? await openContext(spec);
  const { subject } = context;
  context.producers = spec.producers;
  context.runs = runs;
  let isWell = false;
  try {
    emit({
      type: "ready",
      workerStartMs: earlier === null ? performance.now() - before : null,
      sharedBytes: subject.sharedBytes,
      rssReadyBytes: ofFirst(residentBytes()),
    });
    const request = await course.run(spec, (asked) => carryOut(context, asked));
    if (spec.task === "pilot") await fill(context, request, spec);
    isWell = true;
  } finally {
    runs = context.runs ?? runs;
    if (isWell && isForAnyP(spec, workers)) kept = { workers, context };
    else await subject.stop();
    if (spec.task === "pilot") {
      leftWorkers = Math.max(leftWorkers, workers);
      keepCompiledCode();
    }
  }
}

async function openContext(spec: CellSpec): Promise<RunContext> {
  const failure = new SubjectFailure();
  const subject = await openSubject(spec, failure.tell);
  return { subject, openRun: openRuns(spec), producers: spec.producers, failure };
}

/**
 * Whether a cell of another P can go on with this subject. Not in an open loop, nor where the hand-off may drop: both
 * have memory for each producer. Not after the first pilots with one and with several Workers either, because Workers
 * save their compiled code only when they leave.
 */
function isForAnyP({ task, pace, params }: CellSpec, workers: number): boolean {
  return pace === null && !("overflow" in params) && (task !== "pilot" || workers <= leftWorkers);
}

/** Once for each cell, outside of the rounds: producers fill the whole hand-off before the consumer takes anything. */
async function fill(context: RunContext, request: RunRequest, spec: CellSpec): Promise<void> {
  // Some subjects keep what waits in memory that is not shared.
  const room = Math.max(context.subject.sharedBytes, spec.capacity);
  const bytes = Math.min(FILL.most, 1.5 * room);
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
    leastBytes: messageBytes,
    workload: "bytes",
    workUs: 0,
    late: true,
  });
  emit({ type: "proof", status, detail });
}

function largestMessage({ subject, capacity, workers, producers }: CellSpec): number {
  const entry = SUBJECTS.find(({ name }) => name === subject)!;
  return entry.largestMessage(capacity, Math.min(workers, producers));
}

function emit(event: CellEvent): void {
  if (isOutcome(event)) outcomes++;
  process.stdout.write(JSON.stringify(event) + "\n");
}
