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
  return eachProcess(samples, (runs) => median(runs.map(nsOf)));
}

/**
 * What figures and ratios of several processes are computed from: the natural logarithm of ns per message of each, as
 * the median of its runs.
 * @param samples of one cell
 */
export function logFigures(samples: readonly Sample[]): Map<string, number> {
  return eachProcess(samples, (runs) => median(logsOf(runs)));
}

/** The logarithms of ns per message of each run in order, by session and round. */
export type Runs = ReadonlyMap<string, readonly number[]>;

/** @param samples of one cell */
export function logRuns(samples: readonly Sample[]): Runs {
  return eachProcess(samples, logsOf);
}

function logsOf(runs: readonly Sample[]): number[] {
  return runs.map((run) => Math.log(nsOf(run)));
}

function eachProcess<Figure>(
  samples: readonly Sample[],
  figureOf: (runs: readonly Sample[]) => Figure,
): Map<string, Figure> {
  const ok = samples.filter(({ status }) => status === "ok");
  return new Map([...byProcess(ok)].map(([process, runs]) => [process, figureOf(runs)]));
}

/** Rows of one cell, process by process. */
export function byProcess(rows: readonly Sample[]): Map<string, Sample[]> {
  return Map.groupBy(rows, ({ session, round }) => `${session} ${round}`);
}

/** A logarithm for each round, as `logFigures` gives it. */
export type Rounds = ReadonlyMap<string, number>;

/**
 * log(b / a) for each round that has both: what slows the machine for a while slows both. In each round both sides are
 * made from equally many runs, the first ones: how many a process makes depends on how long they take, and later ones
 * are a little faster.
 */
export function logRatios(a: Runs, b: Runs): Map<string, number> {
  return new Map(
    [...a].flatMap(([round, first]) => {
      const second = b.get(round);
      if (second === undefined) return [];
      const count = Math.min(first.length, second.length);
      return [[round, median(second.slice(0, count)) - median(first.slice(0, count))]];
    }),
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
