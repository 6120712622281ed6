/** A few fault trials with a fixed seed; `npm run trials` runs many more. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { currentRuntime } from "../bench/runtime.ts";
import { testSeed } from "../bench/testing/random.ts";
import { random } from "../bench/workload/random.ts";
import { startProgram } from "./testing/cli.ts";
import { KINDS as ALL_KINDS, lies } from "./testing/trials/kinds.ts";
import type { Stage } from "./testing/trials/stage.ts";
import { perform } from "./testing/trials/trial.ts";

const { kind: launcher } = currentRuntime();
/** The most trials until one strikes, since a bench may end before its fault does; the last ones do not wait for it. */
const MOST = 5;
const SLOW = { timeout: 120_000 };
const KINDS = [
  "kill-launcher",
  "ctrl-c",
  "kill-listener",
  "listener-lies",
  "folder-gone",
];

for (const kind of KINDS) {
  test(`${kind} ends in order, and --resume completes it`, SLOW, async (t) => {
    if (!existsSync("/proc/self/environ")) return t.skip("this system has no /proc");
    const first = testSeed();
    for (let attempt = 0; attempt < MOST; attempt++) {
      const seed = first + attempt;
      const hesitation = Math.max(0, 1 - attempt / 3);
      const { struck, findings } = await perform({ kind, launcher, seed }, "file", hesitation);
      assert.deepEqual(findings, [], `FANIN_SEED=${seed}`);
      if (struck) return;
    }
    assert.fail(`of ${MOST} trials none struck: FANIN_SEED=${first}`);
  });
}

test("what a lying listener says is never the truth", async () => {
  const sockets = {} as Parameters<ReturnType<typeof lies>>[2];
  for (let seed = 0; seed < 50; seed++) {
    for (const truth of [0, 2, 7, 200, 255]) {
      const answer = Buffer.alloc(512, truth);
      const told = await lies({ next: random(seed) } as Stage)(answer, 0, sockets);
      assert.notDeepEqual([...told], [...answer], `seed ${seed}, ${truth}`);
    }
  }
});

test("a fault that cannot strike ends its trial, and not the process", SLOW, async (t) => {
  if (!existsSync("/proc/self/environ")) return t.skip("this system has no /proc");
  ALL_KINDS["broken"] = () => ({ strike: () => Promise.reject(new Error("no hammer")) });
  await assert.rejects(
    perform({ kind: "broken", launcher, seed: 1 }, "file"),
    /^Error: no hammer$/,
  );
});

test("a program that is not there ends with 127 and says so", async () => {
  const { code, stderr } = await startProgram(["no-such-program"]).finished;
  assert.equal(code, 127);
  assert.match(stderr, /no-such-program/);
});
