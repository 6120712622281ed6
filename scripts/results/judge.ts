/**
 * Decides which runs count: only those whose own messages were all delivered, once, in order and unchanged, and whose
 * process has kept every other promise. No other place decides this.
 */
import {
  type CellEvent,
  isProven,
  type RunReport,
  type RunStatus,
} from "../../bench/process/spec.ts";
import type { CellOutcome } from "../processes/cell_process.ts";

export interface Failure {
  status: RunStatus;
  detail: string;
}

export interface Judgement {
  /** All runs of the process, in their order; the status of a run that does not count says why. */
  runs: RunReport[];
  /** What went wrong outside of the runs, or null. */
  failure: Failure | null;
}

/** What a process must prove in addition to its runs. */
export interface Promised {
  /**
   * One-byte messages do not name their producer, so a process that measures them ends with a second pass of messages
   * that do.
   */
  secondPass: boolean;
  /** For a pilot, this second pass fills the whole capacity, in one run or several. */
  isPilot: boolean;
}

export function judge(outcome: CellOutcome, promised: Promised): Judgement {
  const unproven = proofFailure(outcome.events, promised);
  const runs = outcome.events
    .filter((event) => event.type === "run")
    .map((run) => isProven(run) && unproven !== null ? { ...run, ...unproven } : run);
  const failure = failureOf(outcome);
  if (failure !== null || runs.length > 0) return { runs, failure };
  return { runs, failure: { status: "error", detail: "the process ended without a run" } };
}

/** The first reason why the process as a whole gives no figure; null if it gives one. */
export function reasonAgainst({ runs, failure }: Judgement): Failure | null {
  const bad = runs.find((run) => !isProven(run));
  if (bad !== undefined) return { status: bad.status, detail: bad.detail };
  return failure;
}

function failureOf({ events, end, detail }: CellOutcome): Failure | null {
  if (end === "timeout" || end === "memory-limit") return { status: end, detail };
  if (end === "interrupted") return { status: "error", detail };
  const failed = find(events, "failed");
  if (failed !== undefined) return { status: "error", detail: failed.detail };
  return end === "died" ? { status: "error", detail } : null;
}

/** The reason why the process's second pass proves nothing, so that its runs do not count; null if there is none. */
function proofFailure(events: CellEvent[], { secondPass, isPilot }: Promised): Failure | null {
  const proof = find(events, "proof");
  if (proof === undefined) {
    return secondPass ? { status: "error", detail: "the second pass did not end" } : null;
  }
  return isProven(proof) ? null : {
    status: proof.status,
    detail: [isPilot ? "with the whole capacity filled" : "second pass", proof.detail]
      .filter((part) => part !== "").join(": "),
  };
}

/** The first event of a type, or undefined. */
export function find<T extends CellEvent["type"]>(events: readonly CellEvent[], type: T) {
  return events.find((event): event is Extract<CellEvent, { type: T }> => event.type === type);
}
