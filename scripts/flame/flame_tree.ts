/** A CPU profile as the tree that a flame graph draws, and its summary. */
import type { CallFrame, CpuProfile } from "./cpu_profile.ts";
import { type Category, categoryOf } from "./sources.ts";

interface Frame {
  name: string;
  /** File and line (from 1), or less where less is known. */
  source: string;
  category: Category;
}

export interface FlameNode extends Frame {
  /** Samples in it and in what it called. */
  value: number;
  children: FlameNode[];
}

/** The root stands for all samples; frames that no sample saw are left out. */
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
  /** 0 to 1. */
  share: number;
}

/** The functions with the most samples of their own, whoever called them, most first. */
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
