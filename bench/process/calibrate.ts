/** Finds the chunk size in which this runtime writes fastest to the listener. */
import { WARM_UP_US } from "./budget.ts";
import { carryOut, type RunContext } from "./run.ts";
import { openRuns } from "../wire/open_runs.ts";
import type { CellSpec } from "./spec.ts";
import { CHUNKS } from "../subjects/controls.ts";
import { openSubject } from "../subjects/registry.ts";

/** Rounds that count. */
const ROUNDS = 5;
/** The most warm-up rounds, where runs are short. */
const MOST_WARM_UP_ROUNDS = 16;
/** The most bytes of a run: what the listener has no room to store, it would check while the run is timed. */
const TOTAL_BYTES = 16 * 2 ** 20;
const MESSAGE_BYTES = 1_024;

/** The chunk size in bytes whose median time over interleaved rounds is the shortest. */
export async function calibrate(spec: CellSpec): Promise<number> {
  // Each chunk size keeps its memory from round to round.
  const ways = await Promise.all(CHUNKS.map(async (chunk) => {
    const bulk: CellSpec = { ...spec, subject: "socket-bulk", params: { chunk }, producers: 1 };
    const subject = await openSubject(bulk, () => {});
    const context: RunContext = { subject, openRun: openRuns(spec), producers: 1 };
    return { chunk, context, timesUs: [] as number[] };
  }));
  let warmUpUs = 0;
  for (let round = 1, counted = 0; counted < ROUNDS; round++) {
    // In a cold process any chunk size may turn out to be the best.
    const isWarm = warmUpUs >= WARM_UP_US || round > MOST_WARM_UP_ROUNDS;
    if (isWarm) counted++;
    for (const { chunk, context, timesUs } of ways) {
      const report = await carryOut(context, {
        runId: `${spec.runId} ${chunk / 1_024}K`,
        messages: Math.ceil(Math.min(TOTAL_BYTES, spec.storeBytes) / MESSAGE_BYTES),
        messageBytes: MESSAGE_BYTES,
        seed: spec.seed,
        warmUp: true,
      });
      if (report.status !== "ok") {
        throw new Error(`calibration: ${report.status}, ${report.detail}`);
      }
      if (isWarm) timesUs.push(report.elapsedUs);
      else warmUpUs += report.elapsedUs;
    }
  }
  const [best] = ways.toSorted((a, b) => median(a.timesUs) - median(b.timesUs));
  return best.chunk;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
