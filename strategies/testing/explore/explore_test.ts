/**
 * Explores the shortest cases of every strategy on shared memory with one preemption, and mistakes that this must find.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PlantedSource } from "../../../bench/testing/planted.ts";
import { currentRuntime } from "../../../bench/runtime.ts";
import { INTERLEAVINGS } from "../mutations/interleavings.ts";
import { type Case, casesOf, EXPLORED } from "./cases.ts";
import { explore, Stage } from "./search.ts";
import { stress } from "./stress.ts";
import { formatSchedule, parseSchedule, traceOf, withoutLoops } from "./trace.ts";

const SOURCE = new URL("../../..", import.meta.url).href.replace(/\/$/, "");
const skip = currentRuntime().kind === "node" ? false : "threads are explored under Node alone";

async function exploreOnce(one: Case, root: string, preemptions: number, most: number) {
  const stage = await Stage.open(one, root);
  try {
    return { ...await explore(stage, preemptions, most), stops: stage.races };
  } finally {
    await stage.close();
  }
}

/** Explores a case that must hold, to its end or `most` schedules. */
async function holds(one: Case | undefined, preemptions: number, most: number): Promise<void> {
  assert.ok(one);
  const { found, complete, schedules } = await exploreOnce(one, SOURCE, preemptions, most);
  assert.equal(found, null);
  assert.ok(complete || schedules === most, `${schedules} schedules`);
}

for (const strategy of EXPLORED) {
  test(
    `${strategy} holds in every order with one preemption`,
    { skip, timeout: 60_000 },
    async () => {
      const [one] = casesOf(strategy);
      const { found, complete, schedules } = await exploreOnce(one, SOURCE, 1, 2_000);
      assert.equal(found, null);
      assert.ok(complete && schedules > 20, `${schedules} schedules`);
    },
  );
}

// While a dead thread holds greedy-swap's lock, another one takes short naps and tries again. The consumer, whose slice
// is longer, must get its turn all the same.
for (const strategy of ["channel", "greedy-swap", "patient-rings"]) {
  test(`${strategy}: a producer may die at every step`, { skip, timeout: 60_000 }, async () => {
    const one = casesOf(strategy).find(({ onLost }) => onLost === "fail");
    assert.ok(one);
    const { found, complete, schedules } = await exploreOnce(one, SOURCE, 1, 2_000);
    assert.equal(found, null);
    assert.ok(complete && schedules > 200, `${schedules} schedules`);
  });
}

test("a schedule does not depend on the one before", { skip, timeout: 60_000 }, async () => {
  const one = casesOf("greedy-swap").find(({ onLost }) => onLost === "fail");
  await holds(one, 2, 2_000);
});

test(
  "a producer may die in the middle of a promise that nobody awaits",
  { skip, timeout: 60_000 },
  async () => {
    const one = casesOf("async-lock").find(({ onLost, params }) =>
      onLost === "fail" && params.fair === "true"
    );
    await holds(one, 2, 1_000);
  },
);

test(
  "a thread in a blocking wait is not woken by a notified async wait of its own",
  { skip, timeout: 60_000 },
  async () => {
    const one = casesOf("async-lock").find(({ answers, params }) =>
      answers && params.fair === "true"
    );
    await holds(one, 1, 500);
  },
);

test("stress catches what it can, and nothing else", { skip, timeout: 60_000 }, async () => {
  const bug = INTERLEAVINGS.find(({ name }) => name === "committed before the copy");
  assert.ok(bug);
  const cases = casesOf(bug.subject).slice(0, 1);
  const source = new PlantedSource();
  try {
    source.plant([bug]);
    const { caught } = await stress(cases, pathToFileURL(source.folder).href, 20, 1);
    assert.ok(caught > 0);
    assert.deepEqual(await stress(cases, SOURCE, 20, 1), { runs: 20, caught: 0 });
  } finally {
    source.remove();
  }
});

test(
  "a planted mistake is found, and its schedule fails again",
  { skip, timeout: 60_000 },
  async () => {
    for (const name of ["unlock without notify", "committed before the copy"]) {
      const bug = INTERLEAVINGS.find((planted) => planted.name === name);
      assert.ok(bug);
      const source = new PlantedSource();
      try {
        source.plant([bug]);
        const root = pathToFileURL(source.folder).href;
        const [one] = casesOf(bug.subject);
        const { found, stops } = await exploreOnce(one, root, 1, 2_000);
        assert.ok(found, name);
        const again = parseSchedule(formatSchedule(found.prefix));
        const { violation, lines } = await traceOf(one, root, again, stops);
        assert.equal(violation, found.violation);
        assert.equal(lines.length, found.choices.length);
      } finally {
        source.remove();
      }
    }
  },
);

test("a trace that goes round is cut, and one that ends is not", () => {
  const loop = ["look", "nap"];
  assert.deepEqual(withoutLoops(["start", ...Array(50).fill(loop).flat()]), [
    ...["start", ...loop, ...loop],
    "… 48 more turns of the same loop",
  ]);
  assert.deepEqual(withoutLoops(["start", ...loop, ...loop, "end"]).length, 6);
});

test("a schedule in which a thread dies is repeated as it was", () => {
  const text = "cc1'22!c";
  assert.equal(formatSchedule(parseSchedule(text)), text);
  assert.throws(() => parseSchedule("c3"), RangeError);
});
