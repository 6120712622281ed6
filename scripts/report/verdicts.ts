/** Verdicts in words. No winner is named that the intervals do not allow. */
import { groupBy } from "../statistics/group_by.ts";
import type { Decision } from "../statistics/call.ts";
import { leadersOf } from "../statistics/leaders.ts";
import type { PairComparison } from "../statistics/pairs.ts";
import { digits } from "../cli/units.js";

/** The one caution that every output ends with. */
export const CAUTION =
  "These figures hold for this machine, these versions and this load: do not take a ratio elsewhere unmeasured.";

/** What a pair's comparison says, as one sentence without a full stop. Intervals are the corrected ones. */
export function verdict({ first, second, on, family, decision, cells }: PairComparison): string {
  const [a, b] = [named(first, family), named(second, family)];
  const over = `${family === "runtimes" ? `on ${on}` : `under ${capitalized(on)}`}, ${
    span(cells.map(({ producers }) => producers))
  }`;
  if (decision === null) return `${a} and ${b} ${over}: undecided, one round is no ratio`;
  const { call, moreRounds } = decision;
  if (call === "apart") return `${a} is ${range(decision)} as fast as ${b} ${over}`;
  if (call === "same") {
    return `${a} and ${b} ${over}: the same within ${digits(decision.sameWithin * 100)} %, ${
      range(decision)
    }`;
  }
  return `${a} and ${b} ${over}: undecided, ${range(decision)}; about ${moreRounds} more ${
    moreRounds === 1 ? "round" : "rounds"
  } would tell`;
}

/**
 * Who leads a group: the one that is faster than each of the others, and how it compares with the next; or those that
 * nobody is faster than, since none of them may be named alone. Undefined where there is no pair.
 */
export function headlineOf(pairs: readonly PairComparison[]): string | undefined {
  if (pairs.length === 0) return undefined;
  if (pairs.length === 1) return verdict(pairs[0]);
  const { names, leader, unbeaten } = leadersOf(pairs);
  if (leader !== null) {
    const ofLeader = pairs.filter(({ first }) => first === leader);
    return verdict(ofLeader.toSorted((a, b) => a.decision!.ratio - b.decision!.ratio)[0]);
  }
  const { family, on } = pairs[0];
  const list = unbeaten.map((name) => named(name, family));
  const where = `${family === "runtimes" ? `on ${on}` : `under ${capitalized(on)}`}, ${
    span(pairs.flatMap(({ cells }) => cells).map(({ producers }) => producers))
  }`;
  if (list.length === names.length) {
    const what = family === "runtimes" ? "runtimes" : "strategies";
    return `Undecided ${where}: none of ${names.length} ${what} is told to be faster than another`;
  }
  return list.length === 1
    ? `${list[0]} ${where}: nothing is told to be faster, and not everything to be slower`
    : `No leader ${where}: nothing is told to be faster than ${list.slice(0, -1).join(", ")} or ${
      list.at(-1)
    }`;
}

/** The headline of each strategy and of each runtime, in every setting. */
export function headlines(pairs: readonly PairComparison[]): string[] {
  const groups = groupBy(pairs, ({ family, setting, on }) => `${family}|${setting}|${on}`);
  const settings = new Set(pairs.map(({ setting }) => setting)).size;
  return [...groups.values()].map((ofOne) =>
    headlineOf(ofOne)! + (settings > 1 ? ` (${ofOne[0].setting})` : "")
  );
}

/** 1.9× (1.7–2.1) */
function range({ ratio, low, high }: Decision): string {
  return `${digits(ratio)}× (${digits(low)}–${digits(high)})`;
}

/** `at 8,192 producers`, `over 1 to 8,192 producers`. */
export function span(producers: readonly number[]): string {
  const [least, most] = [Math.min(...producers), Math.max(...producers)];
  const word = most === 1 ? "producer" : "producers";
  return least === most
    ? `at ${most.toLocaleString("en-US")} ${word}`
    : `over ${least.toLocaleString("en-US")} to ${most.toLocaleString("en-US")} ${word}`;
}

function named(name: string, family: PairComparison["family"]): string {
  return family === "runtimes" ? capitalized(name) : name;
}

export function capitalized(runtime: string): string {
  return runtime[0].toUpperCase() + runtime.slice(1);
}
