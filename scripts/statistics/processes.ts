/** The unit of replication: what each process of a cell measured. */
import type { Sample } from "../results/columns.ts";
import { median } from "./order.ts";
import { groupBy } from "./group_by.ts";

/** Each process's median µs, by session and round. @param samples of one cell */
export function processMedians(samples: readonly Sample[]): Map<string, number> {
  const ok = samples.filter(({ status }) => status === "ok");
  const processes = groupBy(ok, ({ session, round }) => `${session} ${round}`);
  return new Map(
    [...processes].map(([process, runs]) => [process, median(runs.map((run) => run.elapsed_us!))]),
  );
}

/** The same as natural logarithms: what ratios are made of. */
export function logMedians(samples: readonly Sample[]): Map<string, number> {
  return new Map([...processMedians(samples)].map(([process, us]) => [process, Math.log(us)]));
}
