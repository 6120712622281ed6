/** The strategies that a test covers: all of them, or the one that FANIN_ONLY names. */
import { ALTERNATIVES } from "../alternatives/registry.ts";
import { STRATEGIES } from "../registry.ts";
import type { Strategy } from "../strategy.ts";

/** @throws if FANIN_ONLY names no strategy */
export function chosenStrategies(): readonly Strategy[] {
  const all = [...STRATEGIES, ...ALTERNATIVES];
  const only = process.env.FANIN_ONLY;
  if (!only) return all;
  const chosen = all.filter(({ name }) => name === only);
  if (chosen.length === 0) throw new Error(`FANIN_ONLY=${only}: there is no such strategy`);
  return chosen;
}
