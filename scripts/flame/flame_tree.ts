/** Turns a CPU profile into the tree that a flame graph draws, and into a list of its hottest functions. */
import type { CallFrame, CpuProfile } from "./cpu_profile.ts";
import { type Category, categoryOf } from "./sources.ts";

interface Frame {
  name: string;
  /** File and line (counted from 1), or as much of it as is known. */
  source: string;
  category: Category;
}

export interface FlameNode extends Frame {
  /** Samples in this function and in everything that it called. */
  value: number;
  children: FlameNode[];
}

/** The root stands for all samples; frames without a sample are left out. */
export function flameTree(profile: CpuProfile): FlameNode {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const grow = (id: number): FlameNode => {
    const { callFrame, hitCount, children: ids } = nodes.get(id)!;
    const children = ids.map(grow).filter(({ value }) => value > 0);
    return {
      ...frameOf(callFrame),
      value: children.reduce((sum, { value }) => sum + value, hitCount),
      children,
    };
  };
  return { ...grow(profile.nodes[0].id), name: "all samples" };
}

/** A function and the share of samples in which it was the innermost. */
export interface Hot extends Frame {
  /** From 0 to 1. */
  share: number;
}

/** The functions with the most samples of their own, whatever called them, in descending order. */
export function hottest(profile: CpuProfile, count: number): Hot[] {
  const functions = new Map<string, Hot>();
  for (const { callFrame, hitCount } of profile.nodes) {
    const key = JSON.stringify([callFrame.functionName, callFrame.url, callFrame.lineNumber]);
    const hot = functions.get(key) ?? { ...frameOf(callFrame), share: 0 };
    hot.share += hitCount / profile.samples.length;
    functions.set(key, hot);
  }
  return [...functions.values()].filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share).slice(0, count);
}

function frameOf(callFrame: CallFrame): Frame {
  const { functionName, url, lineNumber } = callFrame;
  return {
    name: functionName === "" ? "(anonymous)" : functionName,
    source: url === "" || lineNumber < 0 ? url : `${url}:${lineNumber + 1}`,
    category: categoryOf(callFrame),
  };
}
