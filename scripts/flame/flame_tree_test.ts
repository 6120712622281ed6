import assert from "node:assert/strict";
import { test } from "node:test";
import { type CallFrame, combine, type RawProfile } from "./cpu_profile.ts";
import { type FlameNode, flameTree, hottest } from "./flame_tree.ts";

function frame(functionName: string, url = "", lineNumber = -1): CallFrame {
  return { functionName, scriptId: "1", url, lineNumber, columnNumber: 0 };
}

/** root → run → send (2 samples) → lock (1); run itself 1; root → (idle) 1. */
const FIRST: RawProfile = {
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2, 5] },
    { id: 2, callFrame: frame("", "bench/process/run.ts", 4), children: [3] },
    { id: 3, callFrame: frame("send", "strategies/channel.ts", 9), children: [4] },
    { id: 4, callFrame: frame("lock", "strategies/primitives/mutex.ts", 1) },
    { id: 5, callFrame: frame("(idle)") },
  ],
  samples: [3, 3, 4, 2, 5],
  timeDeltas: [10, 20, 30, 40, 50],
};
/** The same stacks with other ids and script ids, and a stack of the profiler itself. */
const SECOND: RawProfile = {
  nodes: [
    { id: 7, callFrame: frame("(root)"), children: [9, 8] },
    { id: 8, callFrame: { ...frame("", "bench/process/run.ts", 4), scriptId: "2" }, children: [6] },
    { id: 6, callFrame: frame("send", "strategies/channel.ts", 9) },
    { id: 9, callFrame: frame("start", "profiler.ts", 0), children: [10] },
    { id: 10, callFrame: frame("post") },
  ],
  samples: [10, 6, 9, 8],
  timeDeltas: [1, 2, 3, 4],
};
const both = combine([FIRST, SECOND], ({ url }) => url === "profiler.ts");

const children = (node: FlameNode) =>
  node.children.map(({ name, source, category, value }) => [name, source, category, value]);

test("runs become one profile: equal stacks joined, what is left out gone with all that it called", () => {
  assert.equal(both.nodes.length, 5);
  assert.deepEqual(both.timeDeltas, [10, 20, 30, 40, 50, 2, 4]);
  assert.equal(both.endTime - both.startTime, 156);
  const hits = Object.fromEntries(
    both.nodes.map(({ callFrame, hitCount }) => [callFrame.functionName, hitCount]),
  );
  assert.deepEqual(hits, { "(root)": 0, "": 2, send: 3, lock: 1, "(idle)": 1 });
  const names = both.samples.map((id) =>
    both.nodes.find((node) => node.id === id)!.callFrame.functionName
  );
  assert.deepEqual(names, ["send", "send", "lock", "", "(idle)", "send", ""]);
});

test("in the tree every frame has its own samples and those of what it called", () => {
  const root = flameTree(both);
  assert.equal(root.value, both.samples.length);
  assert.deepEqual(children(root), [
    ["(anonymous)", "bench/process/run.ts:5", "bench", 6],
    ["(idle)", "", "wait", 1],
  ]);
  const [run] = root.children;
  assert.deepEqual(children(run), [["send", "strategies/channel.ts:10", "strategy", 4]]);
  const lock = ["lock", "strategies/primitives/mutex.ts:2", "strategy", 1];
  assert.deepEqual(children(run.children[0]), [lock]);
});

test("a frame that no sample saw is not drawn", () => {
  const { children } = flameTree(
    combine([{ ...FIRST, samples: [5], timeDeltas: [1] }], () => false),
  );
  assert.deepEqual(children.map(({ name }) => name), ["(idle)"]);
});

test("a profile without samples is an empty tree, not a division by zero", () => {
  const none = combine([], () => false);
  assert.deepEqual([flameTree(none).value, flameTree(none).children], [0, []]);
  assert.deepEqual(hottest(none, 5), []);
});

test("the hottest functions are those with most samples of their own, whoever called them", () => {
  const twice: RawProfile = {
    nodes: [
      { id: 1, callFrame: frame("(root)"), children: [2, 3] },
      { id: 2, callFrame: frame("a", "a.ts", 1), children: [4] },
      { id: 3, callFrame: frame("b", "b.ts", 1), children: [5] },
      { id: 4, callFrame: frame("lock", "m.ts", 1) },
      { id: 5, callFrame: frame("lock", "m.ts", 1) },
    ],
    samples: [2, 2, 4, 5, 5, 3, 2, 4],
    timeDeltas: [1, 1, 1, 1, 1, 1, 1, 1],
  };
  const shares = hottest(combine([twice], () => false), 2).map(({ name, share }) => [name, share]);
  assert.deepEqual(shares, [["lock", 0.5], ["a", 0.375]]);
});
