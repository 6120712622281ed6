/** The options of the measuring commands, read and checked. */
import type { PlanOptions } from "../results/plan.ts";

export interface BenchOptions extends PlanOptions {
  runtimes: string;
  /** Programs in other languages, each `name=/path`. */
  clients: string[];
  /** Cores on which the measured processes and the listener run; null: wherever the system puts them. */
  cpus: number[] | null;
  /** Processes per cell; with a budget, the least. */
  rounds: number;
  /** Time for everything, which pays for further rounds of all cells; null: there are `rounds` rounds. */
  budgetMs: number | null;
  /** As a share: a pair whose ratio is shown to be this near to 1 is called the same. */
  sameWithin: number;
  seed: number;
  timeoutMs: number;
  /** Resident memory at which a measured process is stopped, bytes. */
  memoryBytes: number;
  out: string | null;
  /** A folder whose plan is resumed, and which determines what is measured; null: none. */
  resume: string | null;
  /** Name of the baseline that the results become, or null. */
  save: string | null;
  /** Whether charts and pages are written, too. */
  report: boolean;
  allowChangedEnvironment: boolean;
  /** A listener that is running already, or null to start one. */
  listener: { host: string; port: number } | null;
  listenerRuntime: string;
  /** Whether to end with 0 although every cell was skipped. */
  allowSkipped: boolean;
  preset: "default" | "quick" | "full" | "post" | "explain";
  dryRun: boolean;
  list: boolean;
}

/** What a command measures where nothing else is asked for. */
export interface Defaults {
  description: string;
  /** Null: all strategies and controls in their variants. */
  strategies: string | null;
  producers: number[];
  rounds: number;
  /** Null: `rounds` rounds and no more. */
  budgetMs: number | null;
}
