/**
 * Runs one cell under the profiler, in a process of the runtime, and reads the profiles that its threads have written.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProfileSpec } from "../../bench/profile/spec.ts";
import type { CellSpec } from "../../bench/process/spec.ts";
import { type CellOutcome, runCellProgram } from "../processes/cell_process.ts";
import type { Limits } from "../processes/child.ts";
import { judge, reasonAgainst } from "../results/judge.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { combine, type CpuProfile, type RawProfile } from "./cpu_profile.ts";
import { isOutsideRuns, withProjectPaths } from "./sources.ts";

const CELL = fileURLToPath(new URL("../../bench/profile/cell.ts", import.meta.url));
/** Time between samples, µs: short compared with a run, long compared with the cost of a sample. */
export const INTERVAL_US = 500;

/**
 * With this flag V8 remembers what it inlined, which Node enables by itself. Without it, Deno's profiles count inlined
 * functions as work of their caller.
 */
const FLAGS = { node: [], deno: ["--v8-flags=--detailed-line-info"], bun: [] };

export interface ProfiledCell {
  /** Number of sampled runs; all their messages arrived. */
  runs: number;
  /** The consumer comes first. */
  threads: { name: string; profile: CpuProfile }[];
}

/** Returns null if it was interrupted. */
export async function profileCell(
  runtime: Runtime,
  cell: CellSpec,
  sampleMs: number,
  limits: Limits,
): Promise<ProfiledCell | null> {
  const folder = mkdtempSync(join(tmpdir(), "fanin-profile-"));
  try {
    const spec: ProfileSpec = { cell, folder, intervalUs: INTERVAL_US, sampleMs };
    const outcome = await runCellProgram(CELL, runtime, spec, limits, FLAGS[runtime.kind]);
    if (outcome.end === "interrupted") return null;
    const runs = verifiedRuns(outcome);
    const files = readdirSync(folder).sort(byNumber);
    const wanted = 1 + Math.min(cell.producers, cell.workers);
    if (files.length !== wanted) {
      throw new Error(`${files.length} of ${wanted} threads left a profile; try again`);
    }
    const threads = files.map((file) => {
      const profiles: RawProfile[] = JSON.parse(readFileSync(join(folder, file), "utf8"));
      const profile = withProjectPaths(combine(profiles, isOutsideRuns), runtime.kind);
      return { name: file.replace(/\.json$/, ""), profile };
    });
    return { runs, threads };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Returns the number of runs. Throws if a message was lost, since the profile would then show work that was not done.
 */
function verifiedRuns(outcome: CellOutcome): number {
  const judgement = judge(outcome, { secondPass: false, isPilot: false });
  const against = reasonAgainst(judgement);
  if (against !== null) throw new Error(`${against.status}: ${against.detail}`);
  return judgement.runs.length;
}

/** Sorts `consumer` before `worker-2` before `worker-10`. */
function byNumber(a: string, b: string): number {
  return Number(/\d+/.exec(a) ?? 0) - Number(/\d+/.exec(b) ?? 0);
}
