/** Finds the chunk size in which this runtime writes fastest to the listener. */
import { carryOut } from "./run.ts";
import { openRuns } from "../wire/open_runs.ts";
import type { CellSpec } from "./spec.ts";
import { CHUNKS } from "../subjects/controls.ts";
import { openSubject } from "../subjects/registry.ts";

const ROUNDS = 5;
/** At most: a run that the listener has no room for would be checked while it is timed. */
const TOTAL_BYTES = 16 * 2 ** 20;
const MESSAGE_BYTES = 1_024;

/** The chunk size in bytes whose median time over interleaved rounds is the shortest. */
export async function calibrate(spec: CellSpec): Promise<number> {
  const times = new Map<number, number[]>(CHUNKS.map((chunk) => [chunk, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const chunk of CHUNKS) {
      const bulk: CellSpec = { ...spec, subject: "socket-bulk", params: { chunk }, producers: 1 };
      const report = await carryOut({
        subject: await openSubject(bulk, () => {}),
        openRun: openRuns(spec),
        producers: 1,
      }, {
        runId: `${spec.runId} ${chunk / 1_024}K`,
        messages: Math.ceil(Math.min(TOTAL_BYTES, spec.storeBytes) / MESSAGE_BYTES),
        messageBytes: MESSAGE_BYTES,
        seed: spec.seed,
        warmUp: true,
      });
      if (report.status !== "ok") {
        throw new Error(`calibration: ${report.status}, ${report.detail}`);
      }
      // The first round warms up.
      if (round > 0) times.get(chunk)!.push(report.elapsedUs);
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  return CHUNKS.reduce((best, chunk) =>
    median(times.get(chunk)!) < median(times.get(best)!) ? chunk : best
  );
}
