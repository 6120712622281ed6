/** The strategies that a test goes over: all, or the one that FANIN_ONLY names. */
import { ALTERNATIVES } from "../alternatives/registry.ts";
import { STRATEGIES } from "../registry.ts";
import type { Strategy } from "../strategy.ts";

/** @throws where FANIN_ONLY names none */
export function chosenStrategies(): readonly Strategy[] {
  const all = [...STRATEGIES, ...ALTERNATIVES];
  const only = process.env.FANIN_ONLY;
  if (!only) return all;
  const chosen = all.filter(({ name }) => name === only);
  if (chosen.length === 0) throw new Error(`FANIN_ONLY=${only}: there is no such strategy`);
  return chosen;
}
