/** Verdicts in words. No winner is named that the intervals do not allow. */
import type { RatioEstimate } from "../statistics/inference.ts";
import { groupBy } from "../statistics/group_by.ts";
import { callOf, isClear, type PairComparison, VERDICT_ROUNDS } from "../statistics/pairs.ts";
import { digits } from "../cli/units.ts";

/** The one caution that every output ends with. */
export const CAUTION =
  "These figures hold for this machine, these versions and this load: do not take a ratio elsewhere unmeasured.";

/** What a pair's comparison says, as one sentence without a full stop. */
export function verdict(pair: PairComparison): string {
  const { first, second, on, family, pooled, cells } = pair;
  const [a, b] = [named(first, family), named(second, family)];
  const where = family === "runtimes" ? `on ${on}` : `under ${capitalized(on)}`;
  const call = callOf(pair);
  if (call === "too few runs to tell") {
    const rounds = pooled?.n ?? 1;
    return `${a} and ${b} ${where}: too few runs to tell (${rounds} of ${VERDICT_ROUNDS} rounds` +
      `${pooled === null ? "" : `; ${digits(pooled.ratio)}× so far`})`;
  }
  const clear = cells.filter(({ estimate }) => estimate !== null && isClear(estimate));
  if (call === "no difference") {
    const apart = clear.map(({ producers, estimate }) => `${range(estimate!)} ${at([producers])}`);
    return `${a} and ${b} ${where}: no difference ${range(pooled!)}` +
      (cells.length > 1 ? ` over ${span(cells.map(({ producers }) => producers))}` : "") +
      (apart.length > 0 && cells.length > 1
        ? `, but they differ by the number: ${apart.join(", ")}`
        : "");
  }
  const faster = clear.filter(({ estimate }) => estimate!.ratio > 1).toReversed();
  const slower = clear.filter(({ estimate }) => estimate!.ratio < 1);
  const level = cells.filter((cell) => !clear.includes(cell)).map(({ producers }) => producers);
  if (faster.length === 0 || cells.length > 4) {
    return `${a} is ${range(pooled!)} ${b} ${where} over ${
      span(cells.map(({ producers }) => producers))
    }` +
      exceptions(slower, level);
  }
  const [largest, ...others] = faster.map(({ producers, estimate }) =>
    `${range(estimate!)}|${at([producers])}`
  );
  const [figure, place] = largest.split("|");
  return `${a} is ${figure} ${b} ${where} ${place}` +
    others.map((other) => `, ${other.replace("|", " ")}`).join("") + exceptions(slower, level);
}

function exceptions(
  slower: readonly { producers: number; estimate: RatioEstimate | null }[],
  level: readonly number[],
): string {
  const worse = slower.map(({ producers, estimate }) => `${range(estimate!)} ${at([producers])}`);
  return (worse.length > 0 ? `; the other way round, ${worse.join(", ")}` : "") +
    (level.length > 0 ? `; no difference ${at(level)}` : "");
}

/** How the fastest of a group compares with the next; undefined where there is no pair. */
export function headlineOf(pairs: readonly PairComparison[]): string | undefined {
  const best = fastestOf(pairs);
  if (best === undefined) return undefined;
  const ofBest = pairs.filter(({ first, second }) => first === best || second === best);
  const next = fastestOf(pairs.filter((pair) => !ofBest.includes(pair)));
  const pair = ofBest.find(({ first, second }) => first === next || second === next) ?? ofBest[0];
  return verdict(pair);
}

/** The headline of each strategy and of each runtime, in every setting. */
export function headlines(pairs: readonly PairComparison[]): string[] {
  const groups = groupBy(pairs, ({ family, setting, on }) => `${family}|${setting}|${on}`);
  const settings = new Set(pairs.map(({ setting }) => setting)).size;
  return [...groups.values()].map((ofOne) =>
    headlineOf(ofOne)! + (settings > 1 ? ` (${ofOne[0].setting})` : "")
  );
}

/** The one that no other is faster than, or undefined where there are no pairs. */
function fastestOf(pairs: readonly PairComparison[]): string | undefined {
  const slower = new Set(pairs.map(({ second }) => second));
  return pairs.find(({ first }) => !slower.has(first))?.first ?? pairs[0]?.first;
}

/** 1.9× (1.7–2.1) */
function range({ ratio, low, high }: RatioEstimate): string {
  return `${digits(ratio)}× (${digits(low)}–${digits(high)})`;
}

function at(producers: readonly number[]): string {
  const numbers = producers.map((count) => count.toLocaleString("en-US"));
  const last = numbers.at(-1);
  const list = numbers.length > 1 ? `${numbers.slice(0, -1).join(", ")} and ${last}` : last;
  return `at ${list} ${producers.length === 1 && producers[0] === 1 ? "producer" : "producers"}`;
}

function span(producers: readonly number[]): string {
  const [least, most] = [Math.min(...producers), Math.max(...producers)];
  return least === most
    ? at([least]).replace(/^at /, "")
    : `${least.toLocaleString("en-US")} to ${most.toLocaleString("en-US")} producers`;
}

function named(name: string, family: PairComparison["family"]): string {
  return family === "runtimes" ? capitalized(name) : name;
}

function capitalized(runtime: string): string {
  return runtime[0].toUpperCase() + runtime.slice(1);
}
