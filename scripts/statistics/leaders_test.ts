import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import { groupLetters, leadersOf } from "./leaders.ts";
import type { PairComparison } from "./pairs.ts";

function pair(first: string, second: string, call: "apart" | "same" | "undecided"): PairComparison {
  return {
    marks: new Map(),
    measure: "throughput",
    load: "full",
    family: "strategies",
    on: "node",
    first,
    second,
    setting: "",
    machine: null,
    pooled: null,
    cells: [],
    decision: {
      call,
      ratio: 1,
      low: 1,
      high: 1,
      sameWithin: 0.1,
      rounds: 8,
      adjustedP: 1,
      moreRounds: 0,
    },
  };
}

test("a leader beats each of the others, or there is none", () => {
  const bc = pair("b", "c", "undecided");
  assert.equal(leadersOf([pair("a", "b", "apart"), pair("a", "c", "apart"), bc]).leader, "a");
  const open = leadersOf([pair("a", "b", "apart"), pair("a", "c", "same"), bc]);
  assert.equal(open.leader, null);
  assert.deepEqual(open.unbeaten, ["a", "c"]);
});

test("two names share a letter exactly where they are not shown to differ, whatever the pairs", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const names = ["a", "b", "c", "d", "e", "f", "g"].slice(0, 2 + Math.floor(next() * 6));
    const pairs = names.flatMap((first, at) =>
      names.slice(at + 1).map((second) => pair(first, second, next() < 0.5 ? "apart" : "undecided"))
    );
    const letters = groupLetters(names, pairs);
    for (const { first, second, decision } of pairs) {
      const share = [...letters.get(first)!].some((one) => letters.get(second)!.includes(one));
      assert.equal(share, decision!.call !== "apart", `seed ${seed}: ${first} and ${second}`);
    }
    assert.ok(letters.get(names[0])!.startsWith("a"), `seed ${seed}: the fastest has no a`);
  }
});

test("nothing told apart is one group, and everything told apart is a letter each", () => {
  const names = ["x", "y", "z"];
  const all = (call: "apart" | "undecided") => [
    pair("x", "y", call),
    pair("x", "z", call),
    pair("y", "z", call),
  ];
  assert.deepEqual([...groupLetters(names, all("undecided")).values()], ["a", "a", "a"]);
  assert.deepEqual([...groupLetters(names, all("apart")).values()], ["a", "b", "c"]);
});
