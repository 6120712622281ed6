/** One run: open the sink, prepare the producers, start the clock, transfer, acknowledge, judge. */
import type { RunPlan } from "../workers/control_block.ts";
import type { OpenRun, RunSink } from "../wire/sink.ts";
import type { RunReport } from "./spec.ts";
import type { Subject } from "../subjects/subject.ts";

/** What holds for every run of a process. */
export interface RunContext {
  subject: Subject;
  /** Runs that were carried out before: each has a number, and content of its own. */
  runs?: number;
  openRun: OpenRun;
  producers: number;
  /** Rejects as soon as the subject has died by itself. */
  subjectFailed: Promise<never>;
}

export interface RunRequest extends Omit<RunPlan, "run" | "proof"> {
  runId: string;
  warmUp: boolean;
  /** One-byte messages in groups over a small hand-off of their own (default false). */
  proof?: boolean;
  /** Receive only when the producers have had time to fill the hand-off (default false). */
  late?: boolean;
}

/**
 * Carry out one run. Rejects where no verdict could be had.
 *
 * The clock starts on the consumer's thread just before the producers are released and stops when the
 * listener's acknowledgement of the last byte arrives: connecting, preparing and checking are outside.
 */
export async function carryOut(context: RunContext, request: RunRequest): Promise<RunReport> {
  const { subject } = context;
  context.runs = (context.runs ?? 0) + 1;
  const { messageBytes, seed, proof = false } = request;
  const messages = subject.messagesOf(request.messages);
  const plan: RunPlan = { messages, messageBytes, seed, run: context.runs, proof };
  let sinkFailure: Error | null = null;
  const onSinkFailure = (reason: Error) => {
    sinkFailure = reason;
    subject.fail();
  };
  // The connection is made while the Workers prepare.
  subject.prepare(plan);
  const sink = await context.openRun({
    framing: proof ? "grouped" : "fixed",
    producers: context.producers,
    messages,
    messageBytes,
    seed,
    run: plan.run,
    runId: request.runId,
    warmUp: request.warmUp,
  }, onSinkFailure);
  try {
    await subject.ready();
    return await Promise.race([
      measure(subject, sink, messages, request.late ?? false),
      context.subjectFailed,
    ]);
  } catch (error) {
    sink.abort(error as Error);
    throw sinkFailure ?? error;
  }
}

async function measure(
  subject: Subject,
  sink: RunSink,
  messages: number,
  late: boolean,
): Promise<RunReport> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const { bytes, writes, peakBytes } = await subject.transfer(sink, late);
  const acknowledged = await sink.finish();
  const elapsedUs = (performance.now() - start) * 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  const verdict = await sink.verdict();
  return {
    ...verdict,
    // A verdict about other bytes than were written would be worthless.
    ...(verdict.status === "ok" && acknowledged !== bytes
      ? { status: "error", detail: `${bytes} bytes written, ${acknowledged} acknowledged` }
      : {}),
    verify: verdict.mode,
    messages,
    elapsedUs,
    connectUs: sink.connectUs,
    bytes,
    writes,
    peakBytes,
    ...await subject.waits(),
    cpuUserUs: cpu.user,
    cpuSystemUs: cpu.system,
  };
}
