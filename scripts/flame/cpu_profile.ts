/** CPU profiles in the form that the inspector gives them, which is that of a `.cpuprofile` file. */

export interface CallFrame {
  functionName: string;
  scriptId: string;
  url: string;
  /** From 0; -1 where there is none. */
  lineNumber: number;
  columnNumber: number;
}

export interface ProfileNode {
  id: number;
  callFrame: CallFrame;
  /** Samples in which this frame was the innermost. */
  hitCount: number;
  /** Ids. */
  children: number[];
}

export interface CpuProfile {
  /** The first is the root. */
  nodes: ProfileNode[];
  /** µs, as `timeDeltas`. */
  startTime: number;
  endTime: number;
  /** The innermost node of each sample. */
  samples: number[];
  /** Time since the sample before. */
  timeDeltas: number[];
}

/** What a profiler leaves out where it has nothing to say. */
export type RawProfile = Pick<CpuProfile, "samples" | "timeDeltas"> & {
  nodes: (Pick<ProfileNode, "id" | "callFrame"> & { children?: number[] })[];
};

/**
 * One profile out of those of several runs, with equal stacks joined and time running on from one to the next.
 * Samples whose stack has a frame that `leaveOut` names are not in it.
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

  /** Where each of a profile's nodes is here, by its id there; those left out have no place. */
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
