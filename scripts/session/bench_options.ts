/** What the measuring commands are told, read and checked. */
import type { PlanOptions } from "../results/plan.ts";

export interface BenchOptions extends PlanOptions {
  runtimes: string;
  /** Programs in other languages, each `name=/path`. */
  clients: string[];
  /** On which the measured processes and the listener run; null: wherever the system likes. */
  cpus: number[] | null;
  /** Processes a cell; with a budget the least. */
  rounds: number;
  /** Time for all of it, which pays for further rounds of all cells; null: `rounds` it is. */
  budgetMs: number | null;
  /** As a share: two whose ratio is shown to be that near to 1 are called the same. */
  sameWithin: number;
  seed: number;
  timeoutMs: number;
  /** Resident memory at which a measured process is stopped, bytes. */
  memoryBytes: number;
  out: string | null;
  /** A folder whose plan is to be resumed; everything that decides what is measured is taken from it. */
  resume: string | null;
  /** The name of the baseline that the results become, or null. */
  save: string | null;
  /** Whether charts and pages are written, too. */
  report: boolean;
  allowChangedEnvironment: boolean;
  /** One that runs already, or null to start one. */
  listener: { host: string; port: number } | null;
  listenerRuntime: string;
  /** End with 0 although every cell was skipped. */
  allowSkipped: boolean;
  preset: "default" | "quick" | "full" | "post" | "explain";
  dryRun: boolean;
  list: boolean;
}

/** What a command measures where nobody says otherwise. */
export interface Defaults {
  description: string;
  /** Null: all strategies and controls in their variants. */
  strategies: string | null;
  producers: number[];
  rounds: number;
  /** Null: `rounds`, and no more. */
  budgetMs: number | null;
}
