/** Runs one of the published arms in a process of its own and returns its answer. */
import { fileURLToPath } from "node:url";
import type { ArmAnswer, ArmSpec } from "../../bench/as_published/spec.ts";
import { jsonLines, type Limits, runChild } from "../processes/child.ts";
import type { Runtime } from "../processes/runtimes.ts";

const ARM = fileURLToPath(new URL("../../bench/as_published/arm.ts", import.meta.url));

/** A process that does not answer has failed; for an interrupted one no row is written. */
export type ArmOutcome = ArmAnswer | { type: "interrupted" };

export async function runArm(runtime: Runtime, spec: ArmSpec, limits: Limits): Promise<ArmOutcome> {
  const program = { path: ARM, args: [JSON.stringify(spec)] };
  const { output, end, detail } = await runChild(runtime, program, limits);
  if (end === "interrupted") return { type: "interrupted" };
  const answer = end === "timeout" ? undefined : jsonLines<ArmAnswer>(output).at(-1);
  return answer ?? { type: "failed", detail: detail || "the process ended without an answer" };
}
