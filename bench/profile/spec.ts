/** What the process of a profiled cell is told, as JSON in its only argument. It answers as `cell.ts` does. */
import type { CellSpec } from "../process/spec.ts";

export interface ProfileSpec {
  cell: CellSpec;
  /** Where every thread leaves its profiles: `consumer.json`, `worker-1.json`, … each a list, one a run. */
  folder: string;
  /** Between two samples. */
  intervalUs: number;
  /** Runs go on until so much of them was sampled. */
  sampleMs: number;
}

/** Beside its `WorkerSetup`, what a profiled Worker gets. */
export interface WorkerProfile {
  folder: string;
  intervalUs: number;
  /** One word that holds a `STAGE`. */
  stage: SharedArrayBuffer;
}

/** How far the process is: its main thread sets it between two runs, its Workers look before each. */
export const STAGE = { warmUp: 0, sample: 1, save: 2 } as const;
