/** What the process of a profiled cell is told, as JSON in its only argument. It answers as `cell.ts` does. */
import type { CellSpec } from "../process/spec.ts";

export interface ProfileSpec {
  cell: CellSpec;
  /**
   * Where every thread leaves its profiles: `consumer.json`, `worker-1.json`, … each of them a list with one profile
   * per run.
   */
  folder: string;
  /** Time between two samples. */
  intervalUs: number;
  /** Runs go on until this much time was sampled. */
  sampleMs: number;
}

/** What a profiled Worker gets in addition to its `WorkerSetup`. */
export interface WorkerProfile {
  folder: string;
  intervalUs: number;
  /** One word that holds a `STAGE`. */
  stage: SharedArrayBuffer;
}

/** How far the process has come: its main thread sets it between two runs, and its Workers read it before each. */
export const STAGE = { warmUp: 0, sample: 1, save: 2 } as const;
