/** CPU profiles in the inspector's format, which is that of a `.cpuprofile` file. */

export interface CallFrame {
  functionName: string;
  scriptId: string;
  url: string;
  /** Counted from 0; -1 if there is none. */
  lineNumber: number;
  columnNumber: number;
}

export interface ProfileNode {
  id: number;
  callFrame: CallFrame;
  /** Samples in which this frame was the innermost. */
  hitCount: number;
  /** Ids of the nodes that this one called. */
  children: number[];
}

export interface CpuProfile {
  /** The first node is the root. */
  nodes: ProfileNode[];
  /** In µs, like `timeDeltas`. */
  startTime: number;
  endTime: number;
  /** The id of the innermost node of each sample. */
  samples: number[];
  /** Time since the previous sample, µs. */
  timeDeltas: number[];
}

/** A profile as a profiler writes it, in which empty fields may be missing. */
export type RawProfile = Pick<CpuProfile, "samples" | "timeDeltas"> & {
  nodes: (Pick<ProfileNode, "id" | "callFrame"> & { children?: number[] })[];
};

/**
 * Combines the profiles of several runs into one, in which equal stacks are joined and time runs on from one to the
 * next. Samples with a frame for which `leaveOut` returns true are left out.
 */
export function combine(
  profiles: readonly RawProfile[],
  leaveOut: (frame: CallFrame) => boolean,
): CpuProfile {
  const stacks = new Stacks();
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  for (const profile of profiles) {
    const places = stacks.add(profile, leaveOut);
    for (const [at, id] of profile.samples.entries()) {
      const node = places.get(id);
      if (node === undefined) continue;
      node.hitCount++;
      samples.push(node.id);
      timeDeltas.push(profile.timeDeltas[at]);
    }
  }
  const endTime = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  return { nodes: stacks.nodes, startTime: 0, endTime, samples, timeDeltas };
}

class Stacks {
  readonly nodes: ProfileNode[] = [];
  readonly #known = new Map<string, ProfileNode>();

  constructor() {
    this.#under(null, {
      functionName: "(root)",
      scriptId: "0",
      url: "",
      lineNumber: -1,
      columnNumber: -1,
    });
  }

  /** Maps the id of each node of a profile to its node here. Nodes that are left out have none. */
  add(profile: RawProfile, leaveOut: (frame: CallFrame) => boolean): Map<number, ProfileNode> {
    const theirs = new Map(profile.nodes.map((node) => [node.id, node]));
    const inner = new Set(profile.nodes.flatMap(({ children = [] }) => children));
    const places = new Map<number, ProfileNode>();
    const descend = (ids: readonly number[], parent: ProfileNode) => {
      for (const id of ids) {
        const { callFrame, children = [] } = theirs.get(id)!;
        if (leaveOut(callFrame)) continue;
        const place = this.#under(parent, callFrame);
        places.set(id, place);
        descend(children, place);
      }
    };
    for (const root of profile.nodes.filter(({ id }) => !inner.has(id))) {
      places.set(root.id, this.nodes[0]);
      descend(root.children ?? [], this.nodes[0]);
    }
    return places;
  }

  #under(parent: ProfileNode | null, callFrame: CallFrame): ProfileNode {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    const key = JSON.stringify([parent?.id, functionName, url, lineNumber, columnNumber]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const node = { id: this.nodes.length + 1, callFrame, hitCount: 0, children: [] };
    this.nodes.push(node);
    this.#known.set(key, node);
    parent?.children.push(node.id);
    return node;
  }
}
