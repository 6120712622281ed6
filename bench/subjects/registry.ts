/**
 * Everything a cell can measure, by name: the strategies, the alternatives that lost, what people would use instead,
 * and the controls.
 */
import { ALTERNATIVES } from "../../strategies/alternatives/registry.ts";
import { STRATEGIES } from "../../strategies/registry.ts";
import { findPeer, type Lack, PEERS } from "../peers/registry.ts";
import type { CapacityRange, ParamSpec } from "../../strategies/strategy.ts";
import { CONTROLS, findControl } from "./controls.ts";
import { openPool } from "./pool_subject.ts";
import { openStrategy } from "./strategy_subject.ts";
import type { OpenSubject } from "./subject.ts";

export interface SubjectEntry {
  name: string;
  kind: "blocking" | "async" | "control";
  summary: string;
  /** Why a cell cannot be run with it; left out where it can do all that the suite asks for. */
  lack?: Lack;
  params: Readonly<Record<string, ParamSpec>>;
  variants: readonly Readonly<Record<string, string | number>>[];
  /** The longest message that a capacity allows, in bytes. */
  largestMessage(capacity: number, workers: number): number;
  /** The capacities that are possible with messages of that size. */
  capacityRange(workers: number, messageBytes: number): CapacityRange;
}

export const SUBJECTS: readonly SubjectEntry[] = [
  ...STRATEGIES,
  ...ALTERNATIVES,
  ...PEERS,
  ...CONTROLS.map((control) => ({
    ...control,
    kind: "control" as const,
    largestMessage: () => Infinity,
    capacityRange: () => ({ least: 1, largest: Infinity }),
  })),
];

export const openSubject: OpenSubject = async (spec, onFailure) => {
  const pool = await findPeer(spec.subject)?.loadPool?.();
  if (pool !== undefined) return openPool(pool.start, spec);
  return await (findControl(spec.subject)?.open ?? openStrategy)(spec, onFailure);
};
