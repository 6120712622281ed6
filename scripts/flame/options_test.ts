import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { currentRuntime } from "../../bench/runtime.ts";
import { readProfileOptions } from "./options.ts";

const { kind } = currentRuntime();
const RUNTIME = ["--runtime", `${kind}=${process.execPath}`];

function read(...args: string[]) {
  return readProfileOptions(["node", "profile", ...RUNTIME, ...args]);
}

test("what nobody names is as in bench, and the post's two locks", () => {
  const { subjects, producers, messages, messageBytes, sampleMs } = read("--seconds", "0.5");
  assert.deepEqual(subjects.map(({ entry }) => entry.name), ["swap-buffer", "async-lock"]);
  assert.deepEqual([producers, messages, messageBytes, sampleMs], [1_024, 1_000, 1, 500]);
});

test("two variants of one strategy are two", () => {
  const { subjects } = read("--strategy", "channel:drain=each,channel:drain=batch");
  assert.deepEqual(subjects.map(({ params }) => params.drain), ["each", "batch"]);
});

describe("bad input is told with what to do", () => {
  const cases: [string[], RegExp][] = [
    [["--strategy", "swap"], /there is no strategy "swap"; --strategy takes channel/],
    [["--strategy", "swap-buffer,swap-buffer"], /the two are the same/],
    [["--strategy", "swap-buffer,swap-buffer:drain=batch"], /the two are the same/],
    [["--strategy", "empty"], /empty is a control; --strategy takes strategies/],
    [["--strategy", "piscina"], /piscina: it has Workers of its own, which bench alone knows/],
    [["--strategy", "worker-stdout"], /it reads what its Workers print/],
    [["--strategy", "multithreading"], /multithreading: its channel takes JSON values alone/],
    [["--strategy", "channel,swap-buffer,async-lock"], /give one strategy, or two/],
    [["--runtime", "node,bun"], /give one runtime/],
    [["--runtime", "rhino"], /"rhino" is no runtime/],
    [["--message-size", "3"], /give 1, or from 8 to 65536/],
    [["--seconds", "soon"], /give a time such as/],
  ];
  for (const [args, message] of cases) {
    test(args.join(" "), () => {
      assert.throws(() => read(...args), message);
    });
  }
});
