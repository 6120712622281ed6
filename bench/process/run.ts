/** One run: open the sink, prepare the producers, start the clock, transfer, acknowledge, judge. */
import type { Pace } from "../latency/arrivals.ts";
import { type Arrivals, type ClockOffset, type Waits, waitsOf } from "../latency/waits.ts";
import { encodeTrailer } from "../wire/answers.ts";
import type { RunPlan } from "../workers/control_block.ts";
import { isMixed } from "../workload/mixed.ts";
import type { OpenRun, RunSink } from "../wire/sink.ts";
import type { SlowReading } from "../wire/slow_reader.ts";
import { agrees, isProven, type RunReport } from "./spec.ts";
import type { SubjectFailure } from "../subjects/failure.ts";
import type { Subject } from "../subjects/subject.ts";

/**
 * How often the listener's clock is asked for before a run, some 50 µs each: of so many exchanges, the quickest takes
 * hardly longer than it must.
 */
const EXCHANGES = 512;
/** How long producers may take to fill a hand-off that nobody empties (ms). */
const FILL_MS = 20;

const FRAMING_OF = {
  "bytes": "fixed",
  "domains": "domains",
  "domains generated": "domains",
  "filler": "filler",
} as const;

/** What is the same for every run of a subject. */
export interface RunContext {
  subject: Subject;
  /** Runs that were carried out before: each run has a number, and content of its own. */
  runs?: number;
  openRun: OpenRun;
  /** The listener's clock in the last run that asked for it, which shows how far it has drifted since. */
  clock?: ClockOffset;
  /** Producers of the runs from here on. */
  producers: number;
  /** Says when the subject has died by itself; left out where it never does. */
  failure?: SubjectFailure;
}

export interface RunRequest
  extends Omit<RunPlan, "producers" | "run" | "proof" | "pace" | "isSilent"> {
  runId: string;
  warmUp: boolean;
  /** When messages are due (default null: as soon as they can be sent). */
  pace?: Pace | null;
  /** How the listener is to read (default null: as fast as it can). */
  reading?: SlowReading | null;
  /** One-byte messages in groups, over a small hand-off of their own (default false). */
  proof?: boolean;
  /** Receive only when the producers have had time to fill the hand-off (default false). */
  late?: boolean;
}

/**
 * Carries out one run. Rejects where there is no verdict.
 *
 * The clock starts on the consumer's thread just before the producers are released and stops when the listener's
 * acknowledgement of the last byte arrives: connecting, preparing and checking are outside.
 */
export async function carryOut(context: RunContext, request: RunRequest): Promise<RunReport> {
  const { subject } = context;
  context.runs = (context.runs ?? 0) + 1;
  const { messageBytes, leastBytes = messageBytes, workload = "bytes", workUs = 0 } = request;
  const { seed, pace = null, proof = false } = request;
  const messages = subject.messagesOf(request.messages);
  const { producers } = context;
  const content = {
    producers,
    messages,
    messageBytes,
    leastBytes,
    workload,
    seed,
    run: context.runs,
  };
  const plan: RunPlan = { ...content, workUs, proof, pace };
  let sinkFailure: Error | null = null;
  const onSinkFailure = (reason: Error) => {
    sinkFailure = reason;
    subject.fail();
  };
  // The connection is made while the Workers prepare.
  subject.prepare(plan);
  const sink = await (subject.openRun ?? context.openRun)({
    framing: proof ? "grouped" : isMixed(plan) ? "mixed" : FRAMING_OF[workload],
    producers,
    messages,
    messageBytes,
    ...(isMixed(plan) ? { leastBytes } : {}),
    seed,
    run: plan.run,
    runId: request.runId,
    warmUp: request.warmUp,
    ...(pace === null ? {} : { stamps: true, names: messages > 0, exchanges: EXCHANGES }),
    ...(subject.dropped ? { trailer: true } : {}),
    ...(request.reading ? { reading: request.reading } : {}),
  }, onSinkFailure);
  try {
    await subject.ready();
    const measured = measure(context, sink, plan, request);
    return await (context.failure?.during(measured) ?? measured);
  } catch (error) {
    sink.abort(error as Error);
    throw sinkFailure ?? error;
  }
}

async function measure(
  context: RunContext,
  sink: RunSink,
  plan: RunPlan,
  { late = false, warmUp }: RunRequest,
): Promise<RunReport> {
  const { subject } = context;
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const { bytes, writes, peakBytes } = await subject.transfer(
    sink,
    late ? () => new Promise((resolve) => setTimeout(resolve, FILL_MS)) : undefined,
  );
  const trailer = subject.dropped ? encodeTrailer(subject.dropped) : new Uint8Array(0);
  if (trailer.length > 0) await sink.write(trailer);
  const acknowledged = await sink.finish();
  const elapsedUs = (performance.now() - start) * 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  const verdict = await sink.verdict();
  return {
    ...verdict,
    // A run over a hand-off that may drop is never just "ok": that it dropped nothing was luck, and no comparison uses
    // its time.
    ...(verdict.status === "ok" && trailer.length > 0 ? { status: "dropped" } : {}),
    // A verdict about other bytes than were written would be worthless.
    ...(isProven(verdict) && acknowledged !== bytes + trailer.length
      ? {
        status: "error",
        detail: `${bytes + trailer.length} bytes written, ${acknowledged} acknowledged`,
      }
      : isProven(verdict) && !agrees(verdict, plan.messages * plan.producers)
      ? { status: "error", detail: "the listener's verdict contradicts its own counts" }
      : {}),
    verify: verdict.mode,
    messages: plan.messages,
    elapsedUs,
    connectUs: sink.connectUs,
    bytes,
    writes,
    peakBytes,
    ...await subject.waits(),
    cpuUserUs: cpu.user,
    cpuSystemUs: cpu.system,
    // Where a hand-off may drop, nothing says which of its messages waited how long.
    waits: plan.pace === null || subject.dropped || verdict.status !== "ok"
      ? null
      : waits(context, plan, sink.arrivals(), warmUp),
  };
}

/** Nobody asks what the messages of a warm-up run waited, and computing it may take longer than the run. */
function waits(
  context: RunContext,
  plan: RunPlan,
  arrivals: Arrivals,
  warmUp: boolean,
): Waits | null {
  const read = withDrift(context, arrivals.read);
  if (warmUp) return null;
  const { subject } = context;
  const { producers, messageBytes, pace } = plan;
  const times = { ...subject.times!(), producers, content: plan, messageBytes, pace: pace! };
  return waitsOf(times, { ...arrivals, read });
}

/** As far as the listener's clock has drifted since the run before, it may drift during this one, too. */
function withDrift(context: RunContext, read: Arrivals["read"]): Arrivals["read"] {
  if (read === null) return null;
  const { offsetMs, errorMs } = read.clock;
  const before = context.clock ?? read.clock;
  context.clock = read.clock;
  const drift = Math.max(0, Math.abs(offsetMs - before.offsetMs) - errorMs - before.errorMs);
  return { ...read, clock: { offsetMs, errorMs: errorMs + drift } };
}
