/** The unit of replication: what each process of a cell measured. */
import type { Sample } from "../results/columns.ts";
import { groupBy } from "./group_by.ts";
import { median } from "./order.ts";

/**
 * ns a message of each process, by session and round: the median of its runs. Of a subject that sends no messages ns a
 * run.
 * @param samples of one cell
 */
export function processFigures(samples: readonly Sample[]): Map<string, number> {
  const ok = samples.filter(({ status }) => status === "ok");
  const processes = groupBy(ok, ({ session, round }) => `${session} ${round}`);
  return new Map([...processes].map(([process, runs]) => [process, median(runs.map(nsOf))]));
}

/** The same as natural logarithms: what ratios are made of. */
export function logFigures(samples: readonly Sample[]): Map<string, number> {
  return new Map([...processFigures(samples)].map(([process, ns]) => [process, Math.log(ns)]));
}

/** Of a run that was verified. */
export function nsOf({ elapsed_us, delivered }: Sample): number {
  return elapsed_us! * 1_000 / Math.max(1, delivered!);
}
