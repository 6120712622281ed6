/** Verdicts in words. A winner is named only where the intervals allow it. */
import { RUNTIME_KINDS } from "../../bench/runtime.ts";
import type { Decision } from "../statistics/call.ts";
import type { PairComparison } from "../statistics/pairs.ts";
import { count, digits } from "../cli/units.js";
import { MEASURE_WORDS } from "./measure_words.ts";

/** The caution with which every output ends. */
export const CAUTION =
  "These figures hold for this machine, these versions and this load: do not take a ratio elsewhere unmeasured.";

/** The result of a pair's comparison, as one sentence without a full stop. Intervals are the corrected ones. */
export function verdict(pair: PairComparison): string {
  const { marks, family } = pair;
  const doubts = [...marks].map(([name, own]) => `${named(name, family)} is ${own.join(" and ")}`);
  return callOf(pair) + (doubts.length === 0 ? "" : `; but ${doubts.join(", ")}`);
}

function callOf(
  { measure, first, second, on, family, decision, cells }: PairComparison,
): string {
  const words = MEASURE_WORDS[measure];
  const [a, b] = [named(first, family), named(second, family)];
  const over = `${family === "runtimes" ? `on ${on}` : `under ${capitalized(on)}`}, ${
    span(cells.map(({ producers }) => producers))
  }`;
  const both = `${words.both(a, b)} ${over}`;
  if (decision === null) return `${both}: undecided, one round is no ratio`;
  const { call, moreRounds } = decision;
  if (call === "apart") return `${words.apart(a, b, range(decision))} ${over}`;
  if (call === "same") {
    return `${both}: the same within ${digits(decision.sameWithin * 100)} %, ${range(decision)}`;
  }
  return `${both}: undecided, ${range(decision)}; about ${moreRounds} more ${
    moreRounds === 1 ? "round" : "rounds"
  } would tell`;
}

/** A ratio with its interval: 1.9× (1.7–2.1). */
function range({ ratio, low, high }: Decision): string {
  return `${digits(ratio)}× (${digits(low)}–${digits(high)})`;
}

/** A range of P: `at 8,192 producers`, `over 1 to 8,192 producers`. */
export function span(producers: readonly number[]): string {
  const [least, most] = [Math.min(...producers), Math.max(...producers)];
  const word = most === 1 ? "producer" : "producers";
  return least === most
    ? `at ${count(most)} ${word}`
    : `over ${count(least)} to ${count(most)} ${word}`;
}

function named(name: string, family: PairComparison["family"]): string {
  return family === "runtimes" ? capitalized(name) : name;
}

/** A name that a user has given stays as it is. */
export function capitalized(runtime: string): string {
  if (!RUNTIME_KINDS.some((kind) => runtime === kind || runtime.startsWith(`${kind}@`))) {
    return runtime;
  }
  return runtime[0].toUpperCase() + runtime.slice(1);
}
