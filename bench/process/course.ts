/**
 * The runs of a process's cells, whoever carries them out: a pilot or a warm-up, the measured runs, and the second
 * pass.
 */
import { approach } from "./approach.ts";
import { budgetOf, LEAST_MESSAGES, OPEN_LOOP, rewarmRuns } from "./budget.ts";
import { repeat } from "./repeat.ts";
import type { RunRequest } from "./run.ts";
import type { CellEvent, CellSpec, RunReport } from "./spec.ts";
import { warmUp } from "./warm_up.ts";

/** Carries out one run; rejects where there is no verdict. */
export type Once = (request: RunRequest) => Promise<RunReport>;

/**
 * The second pass of a one-byte cell, which is short compared with the cell: at least two runs, so that the second
 * finds what the first has left behind, and no third once so much time (µs) is spent. The number of messages, of all
 * producers together, grows from run to run, because a subject that writes each message by itself takes as long for a
 * few hundred as others for all of them.
 */
const PROOF = { least: 2, most: 3, enoughUs: 8_000, messages: [512, 2_048, 8_192] };
/** After a run that takes longer (µs), the next run of the second pass is no larger. */
const PROOF_STEP_US = 2_000;

/** There is one for each process, since it knows whether the process is warm. */
export class Course {
  readonly #emit: (event: CellEvent) => void;
  /** Workers of the last cell that warmed up in full. */
  #warmWorkers = 0;
  #hasPaced = false;
  /** The subject sends no messages, so none of its runs is long. */
  #isSilent = false;

  readonly #now: () => number;

  /** @param now for tests: ms of any clock that never runs back */
  constructor(emit: (event: CellEvent) => void, now = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  /**
   * Carries out all runs of a cell. Rejects with the first run that has no verdict. Resolves with a request like the
   * measured ones.
   */
  async run(spec: CellSpec, once: Once): Promise<RunRequest> {
    const request: RunRequest = {
      runId: spec.runId,
      messages: spec.messages,
      messageBytes: spec.messageBytes,
      leastBytes: spec.leastBytes ?? spec.messageBytes,
      workload: spec.workload ?? "bytes",
      workUs: spec.workUs ?? 0,
      seed: spec.seed,
      warmUp: false,
    };
    const isPilot = spec.task === "pilot";
    if (isPilot && spec.runTimeUs !== null) {
      request.messages = await approach(
        (messages) => once({ ...request, messages, warmUp: true }),
        spec.producers,
        { least: LEAST_MESSAGES, most: spec.messages, wantedUs: spec.runTimeUs },
      );
    } else await this.#warm(spec, request, once);
    const measured = spec.pace === null ? request : {
      ...request,
      pace: { ...spec.pace, messages: spec.messages },
      reading: spec.reading,
    };
    // Only for the first paced cell: a later one finds all code that waits and wakes compiled.
    if (spec.pace !== null && !this.#hasPaced) await once({ ...measured, warmUp: true });
    this.#hasPaced = true;
    const runs = isPilot ? spec.pilotRuns ?? 1 : null;
    const budget = runs !== null
      ? { leastRuns: runs, maxRuns: runs, enoughUs: 0 }
      : spec.pace !== null
      ? OPEN_LOOP
      : budgetOf(spec.runTimeUs, spec.measuredRuns);
    await repeat(async () => {
      const report = await once(measured);
      this.#emit({ type: "run", ...report });
      return report.elapsedUs;
    }, budget);
    if (spec.messageBytes === 1 && spec.task === "measure") await this.#prove(spec, request, once);
    return request;
  }

  /** A process that has compiled its code for another P needs one run to find its buffers, or none. */
  async #warm(spec: CellSpec, request: RunRequest, once: Once): Promise<void> {
    const timed = async (asked: number) => {
      const { elapsedUs, messages } = await once({ ...request, messages: asked, warmUp: true });
      this.#isSilent = messages === 0;
      return elapsedUs;
    };
    const workers = Math.min(spec.workers, spec.producers);
    if (workers <= this.#warmWorkers && spec.runTimeUs !== null) {
      const runs = this.#isSilent ? 1 : rewarmRuns(request.messages);
      for (let run = 0; run < runs; run++) await timed(request.messages);
      this.#emit({ type: "warm", runs, steady: null });
      return;
    }
    const bounds = budgetOf(spec.runTimeUs).warmUp;
    const { producers } = spec;
    const { runs, steady } = await warmUp(timed, producers, request.messages, bounds, this.#now);
    this.#warmWorkers = workers;
    this.#emit({ type: "warm", runs, steady });
  }

  /**
   * One-byte messages name no producer. So the same function sends bytes that name a group of producers, in groups that
   * change from run to run, over a hand-off so small that it fills, waits and wraps.
   */
  async #prove(spec: CellSpec, request: RunRequest, once: Once): Promise<void> {
    let outcome: Pick<RunReport, "status" | "detail"> = { status: "ok", detail: "" };
    let spentUs = 0;
    let size = 0;
    for (let run = 0; run < PROOF.most && outcome.status === "ok"; run++) {
      if (run >= PROOF.least && spentUs > PROOF.enoughUs) break;
      const messages = Math.max(1, Math.ceil(PROOF.messages[size] / spec.producers));
      const report = await once({ ...request, messages, workUs: 0, proof: true });
      outcome = report;
      spentUs += report.elapsedUs;
      if (report.elapsedUs < PROOF_STEP_US) size++;
    }
    this.#emit({ type: "proof", status: outcome.status, detail: outcome.detail });
  }
}
