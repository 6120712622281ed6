/**
 * The program that the launcher runs under each runtime: measures one cell after the other, as it is told.
 *
 *     <runtime> bench/process/cell.ts          a CellSpec as a JSON line on standard input
 *
 * Prints a JSON line for every event (`spec.ts`), the last of each cell being its `end`; then waits for the next cell.
 * Cells of one process share its Workers, its hand-off, its compiled code and its heap: they differ in P, and in the
 * rate of an open loop, alone.
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

/** The pilot's fill of the whole capacity: messages large enough that it takes few of them. */
const FILL = { leastBytes: 1_024, mostBytes: 16_384, most: 64 * 2 ** 20 };

/** Begun by this process. */
let cells = 0;
/** What a cell has left behind for the next one with as many Workers. */
let kept: { workers: number; context: RunContext } | null = null;
/** Runs that this process has carried out, over whichever hand-off: no two of them send the same. */
let runs = 0;
/** The most Workers that have left after a pilot. */
let leftWorkers = 0;
/** Told of the cell that is measured. */
let outcomes = 0;
const course = new Course(emit);
// One at a time: the launcher waits for each one's end.
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

/** Memory of a later cell would be that of the earlier ones, too. */
function ofFirst(bytes: number): number | null {
  return cells === 1 ? bytes : null;
}

async function runCell(spec: CellSpec): Promise<void> {
  const workers = Math.min(spec.workers, spec.producers);
  const earlier = kept?.workers === workers && !kept.context.failure!.isTold ? kept.context : null;
  // Stopped before another one is opened, which then finds its Workers.
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
 * Whether a cell of another P can go on with its subject. An open loop and a hand-off that may drop have memory for each
 * producer. And Workers of the first pilots must leave, one and several, since they keep their compiled code when they do.
 */
function isForAnyP({ task, pace, params }: CellSpec, workers: number): boolean {
  return pace === null && !("overflow" in params) && (task !== "pilot" || workers <= leftWorkers);
}

/** Once a cell, and outside of the rounds: producers fill all of the capacity before the consumer takes anything. */
async function fill(context: RunContext, request: RunRequest, spec: CellSpec): Promise<void> {
  // Some keep what waits in memory that is not shared.
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
