/** The unit of replication: what each process of a cell measured. */
import type { Sample } from "../results/columns.ts";
import { mean } from "./inference.ts";
import { median } from "./order.ts";

/**
 * ns per message of each process, by session and round: the median of its runs, which is what a run typically takes.
 * For a subject that sends no messages, ns per run.
 * @param samples of one cell
 */
export function processFigures(samples: readonly Sample[]): Map<string, number> {
  return eachProcess(samples, median);
}

/**
 * What ratios are computed from: the natural logarithm of ns per message, as the mean of the faster half of a process's
 * runs. Two processes of one cell differ less in it than in their medians (docs/method.md has the comparison).
 * @param runs only this many runs of each process, the first ones: the faster half of more runs is faster
 */
export function logFigures(samples: readonly Sample[], runs = Infinity): Map<string, number> {
  return eachProcess(samples, (values) => {
    const sorted = values.slice(0, runs).map(Math.log).sort((a, b) => a - b);
    return mean(sorted.slice(0, Math.ceil(sorted.length / 2)));
  });
}

function eachProcess(
  samples: readonly Sample[],
  figure: (ns: readonly number[]) => number,
): Map<string, number> {
  const ok = samples.filter(({ status }) => status === "ok");
  return new Map([...byProcess(ok)].map(([process, runs]) => [process, figure(runs.map(nsOf))]));
}

/** The most verified runs that a process of one cell has. */
export function mostRuns(samples: readonly Sample[]): number {
  const ok = samples.filter(({ status }) => status === "ok");
  return Math.max(0, ...[...byProcess(ok).values()].map((runs) => runs.length));
}

/** Rows of one cell, process by process. */
export function byProcess(rows: readonly Sample[]): Map<string, Sample[]> {
  return Map.groupBy(rows, ({ session, round }) => `${session} ${round}`);
}

/** A logarithm for each round, as `logFigures` gives it. */
export type Rounds = ReadonlyMap<string, number>;

/** log(b / a) for each round that has both: what slows the machine for a while slows both. */
export function logRatios(a: Rounds, b: Rounds): Map<string, number> {
  return new Map(
    [...a].flatMap(([round, log]) => b.has(round) ? [[round, b.get(round)! - log] as const] : []),
  );
}

/**
 * The mean over several P for each round that has every P, because a mean must not depend on which of them a round has.
 */
export function meansOfWholeRounds(ofEachP: readonly Rounds[]): number[] {
  const rounds = [...(ofEachP[0]?.keys() ?? [])];
  return rounds.filter((round) => ofEachP.every((own) => own.has(round)))
    .map((round) => mean(ofEachP.map((own) => own.get(round)!)));
}

/** ns per message of a verified run. */
export function nsOf({ elapsed_us, delivered }: Sample): number {
  return elapsed_us! * 1_000 / Math.max(1, delivered!);
}
