/**
 * The post's two arms beside the suite's own cells, in interleaved rounds, with each arm or cell in a process of its
 * own. The published arms never enter samples.csv; their figures go to a file that says what they are.
 */
import type { ArmRun, ArmSpec, Moment, Stall } from "../../bench/as_published/spec.ts";
import { median } from "../statistics/order.ts";
import { runArm } from "./arm_process.ts";
import { random, shuffled } from "../../bench/workload/random.ts";
import { type CellOutcome, cellRunner } from "../processes/cell_process.ts";
import { cellTask } from "../results/cell_task.ts";
import { judge, reasonAgainst } from "../results/judge.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { parseSubjects } from "../results/subjects.ts";

/** Printed and written in front of everything else. */
export const NOT_A_MEASUREMENT = "as published: not a measurement of anything that was delivered";

/** The post's arms. */
export const PUBLISHED = ["mutex as published", "channel as published"] as const;
/**
 * The strategies that do what each arm would have had to deliver, and the channel with the batch that the mutex arm
 * has.
 */
export const DELIVERED = ["swap-buffer", "channel:drain=each", "channel:drain=batch"] as const;
/** The control that shows the fixed cost of a delivered run. */
export const FIXED = "empty";
const WAYS = [...PUBLISHED, ...DELIVERED, FIXED] as const;
type Way = typeof WAYS[number];

export interface AsPublishedOptions {
  runtimes: string;
  producers: number[];
  workers: number;
  messages: number;
  rounds: number;
  seed: number;
  /** Time limit of the stall, ms. */
  timeoutMs: number;
  listenerRuntime: string;
  out: string | null;
}

/** The result of one process. */
export interface Row {
  round: number;
  runtime: string;
  producers: number;
  way: Way;
  /**
   * `as published`; `ok` for a run that was delivered and verified; otherwise the word that says why there is no
   * figure.
   */
  status: string;
  detail: string;
  /** Median over the process's runs. */
  elapsedUs: number | null;
  /** Medians over the runs of a published arm; null for every other row. */
  published: ArmRun | null;
}

/** What the published listener does when everything is to be delivered. */
export interface StallRow extends Stall {
  runtime: string;
}

/** Store of the verifying listener, bytes. */
export const STORE_BYTES = 64 * 2 ** 20;
/** The time limit of a process (ms). */
const PROCESS_MS = 300_000;
/** More bytes than the system's buffers of both directions hold. */
const STALL = { producers: 16_384, messages: 1_000 };

interface Case {
  runtime: Runtime;
  producers: number;
  way: Way;
}

export interface Setup {
  options: AsPublishedOptions;
  runtimes: readonly Runtime[];
  /** The suite's listener, which verifies. */
  verifying: { host: string; port: number };
  /** The post's listener, which prints and echoes. */
  echoing: { host: string; port: number };
  signal: AbortSignal;
  onProgress(done: number, of: number, what: string): void;
  onRow(row: Row): void;
  onStall(row: StallRow): void;
  onFailure(what: string): void;
}

/** Runs all rounds, each in a seeded order of its own. */
export async function runRounds(setup: Setup): Promise<void> {
  const { options, runtimes, signal } = setup;
  const cases = runtimes.flatMap((runtime) =>
    options.producers.flatMap((producers) => WAYS.map((way): Case => ({ runtime, producers, way })))
  );
  let done = 0;
  for (let round = 1; round <= options.rounds; round++) {
    for (const one of shuffled(cases, random(options.seed + round))) {
      if (signal.aborted) return;
      const what = `round ${round} ${one.runtime.label} ${one.way} P=${one.producers}`;
      setup.onProgress(done++, options.rounds * cases.length, what);
      const result = isPublished(one.way) ? await published(one, setup) : await proven(one, setup);
      if (result === null) return;
      setup.onRow({
        round,
        runtime: one.runtime.label,
        producers: one.producers,
        way: one.way,
        ...result,
      });
    }
  }
}

/** Finds out, once for each runtime, how far a whole run gets if the client never reads the echo. */
export async function runStalls(setup: Setup): Promise<void> {
  for (const runtime of setup.runtimes) {
    if (setup.signal.aborted) return;
    setup.onProgress(0, 0, `${runtime.label}: everything to the published listener`);
    const outcome = await runArm(runtime, armSpec("stall", STALL, setup), {
      timeoutMs: PROCESS_MS,
      signal: setup.signal,
    });
    if (outcome.type === "interrupted") return;
    if (outcome.type === "stall") {
      const { type: _, ...stall } = outcome;
      setup.onStall({ runtime: runtime.label, ...stall });
    } else {
      const detail = outcome.type === "failed" ? outcome.detail : "it answered something else";
      setup.onFailure(`${runtime.label} stall: ${detail}`);
    }
  }
}

function isPublished(way: Way): way is typeof PUBLISHED[number] {
  return (PUBLISHED as readonly string[]).includes(way);
}

type Result = Pick<Row, "status" | "detail" | "elapsedUs" | "published">;

function none(status: string, detail: string): Result {
  return { status, detail, elapsedUs: null, published: null };
}

async function published({ runtime, producers, way }: Case, setup: Setup): Promise<Result | null> {
  const arm = way === PUBLISHED[0] ? "mutex" : "channel";
  const spec = armSpec(arm, { producers, messages: setup.options.messages }, setup);
  const outcome = await runArm(runtime, spec, { timeoutMs: PROCESS_MS, signal: setup.signal });
  if (outcome.type === "interrupted") return null;
  if (outcome.type !== "arm" || outcome.runs.length === 0) {
    return none("error", outcome.type === "failed" ? outcome.detail : "it answered no runs");
  }
  const run: ArmRun = {
    stopped: middle(outcome.runs.map(({ stopped }) => stopped)),
    allSent: middle(outcome.runs.map(({ allSent }) => allSent)),
  };
  const { elapsedUs } = run.stopped;
  return { status: "as published", detail: "", elapsedUs, published: run };
}

/** The median of each value. */
function middle(moments: readonly Moment[]): Moment {
  const of = (name: keyof Moment) => median(moments.map((moment) => moment[name]));
  return {
    elapsedUs: of("elapsedUs"),
    sent: of("sent"),
    written: of("written"),
    again: of("again"),
  };
}

function armSpec(
  arm: ArmSpec["arm"],
  { producers, messages }: { producers: number; messages: number },
  { options, echoing: { host, port } }: Setup,
): ArmSpec {
  const { workers, timeoutMs } = options;
  return { arm, producers, workers, messages, host, port, timeoutMs };
}

async function proven({ runtime, producers, way }: Case, setup: Setup): Promise<Result | null> {
  const [{ entry, params }] = parseSubjects(way);
  const { options: { workers, messages, seed }, verifying, signal } = setup;
  const spec = cellTask({ name: entry.name, params }, {
    producers,
    workers,
    messages,
    seed,
    listener: { host: verifying.host, port: verifying.port },
    storeBytes: STORE_BYTES,
    runId: `${way} beside as-published`,
  });
  const outcome = await cellRunner(null)(runtime, spec, { timeoutMs: PROCESS_MS, signal });
  return outcome.end === "interrupted" ? null : provenResult(outcome);
}

/** A figure only if every run and the second pass of the process were delivered. */
function provenResult(outcome: CellOutcome): Result {
  const judgement = judge(outcome, { secondPass: true, isPilot: false });
  const against = reasonAgainst(judgement);
  if (against !== null) return none(against.status, against.detail);
  const elapsedUs = median(judgement.runs.map((run) => run.elapsedUs));
  return { status: "ok", detail: "", elapsedUs, published: null };
}
