/**
 * A short soak passes, and it finds what a long one is for: a loss, a repetition, a change, memory that grows, a hang.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { soak, type SoakEvent } from "../bench/soak/soak.ts";
import { PlantedSource } from "../bench/testing/planted.ts";
import { Crew } from "../bench/workers/crew.ts";
import { random } from "../bench/workload/random.ts";
import { atomicSwap } from "../strategies/atomic_swap.ts";
import type { Strategy } from "../strategies/strategy.ts";
import { judgeSoak, SOAK_HEAD, soakTable } from "./report/soak_row.ts";
import { slopeOf } from "./statistics/slope.ts";
import { runCommand } from "./testing/cli.ts";

const { kind } = currentRuntime();
const SLOW = { timeout: 60_000 };
const ENDED = { end: "done", detail: "" } as const;
const WHO: [string, string] = ["atomic-swap", "node 1"];
const ORIGIN: [string, string] = ["2000-01-01", "abc"];

/** Number of batches until something goes wrong, in the middle of some run. */
const FAULT_AT = 300;

/** Enough laps to compute a slope. */
const LAPS = 20;

/** The strategy with one batch, or every batch, altered after it is received. */
function altered(alter: (run: Uint8Array, count: number) => Uint8Array | null): Strategy {
  let count = 0;
  return {
    ...atomicSwap,
    open(options) {
      const fan = atomicSwap.open(options);
      const { consumer } = fan;
      return {
        ...fan,
        consumer: {
          async receive() {
            for (;;) {
              const run = await consumer.receive();
              if (run === null) return null;
              const instead = alter(run, ++count);
              if (instead !== null) return instead;
            }
          },
          reopen: (producers) => consumer.reopen(producers),
          workerLost: (worker, reason) => consumer.workerLost(worker, reason),
          abort: () => consumer.abort(),
          get parks() {
            return consumer.parks;
          },
          [Symbol.asyncIterator]: () => consumer[Symbol.asyncIterator](),
        },
      };
    },
  };
}

async function eventsOf(strategy: Strategy, timeMs: number): Promise<SoakEvent[]> {
  const events: SoakEvent[] = [];
  const task = { subject: strategy.name, params: {}, messages: 1e9, timeMs, leastMs: 0, seed: 7 };
  await soak(strategy, task, (event) => events.push(event));
  return events;
}

const PLANTED: Record<string, (run: Uint8Array, count: number) => Uint8Array | null> = {
  lost: (run, count) => count === FAULT_AT ? null : run,
  duplicated: (run, count) => count === FAULT_AT ? Uint8Array.from([...run, ...run]) : run,
  corrupt: (run, count) => count === FAULT_AT ? run.map((byte) => byte ^ 128) : run,
};

for (const [status, alter] of Object.entries(PLANTED)) {
  test(`what is ${status} in one of many runs ends the soak`, SLOW, async () => {
    const events = await eventsOf(altered(alter), 20_000);
    const { row, problem } = judgeSoak(WHO, events, ENDED, ORIGIN);
    assert.equal(row[SOAK_HEAD.indexOf("result")], status);
    const lost = Number(row[SOAK_HEAD.indexOf("lost")]);
    // Of corrupt messages, some may also count as lost.
    if (status !== "corrupt") assert.equal(lost > 0, status === "lost", row.join(" "));
    assert.match(problem!, /^run \d+ \(\d+ producers on \d Workers, \d+ messages each of .*: /);
    assert.ok(!events.some(({ type }) => type === "end"));
  });
}

test("memory that is kept shows as a slope above 0", SLOW, async () => {
  const kept: Uint8Array[] = [];
  const laps: Extract<SoakEvent, { type: "lap" }>[] = [];
  const task = {
    subject: "atomic-swap",
    params: {},
    messages: 1e9,
    timeMs: 50_000,
    leastMs: 0,
    lapMs: 50,
    seed: 7,
  };
  // Until there are enough, which takes longer on a busy machine.
  await soak(altered((batch) => batch), task, (event) => {
    // The same for each run, however few batches a busy machine finds the time for.
    if (event.type === "run") kept.push(new Uint8Array(400_000).fill(1));
    if (event.type === "lap" && laps.push(event) === LAPS) throw new Error("enough");
  }).catch((error: Error) => assert.equal(error.message, "enough"));
  const slope = slopeOf(laps.map(({ ms, rssBytes }) => ({ ms, value: rssBytes })));
  assert.ok(slope!.low > 0, JSON.stringify(slope));
  assert.ok(kept.length > 0);
});

test("memory that grows for longer than it takes to settle is a failure", () => {
  const events = (kibPerS: number, seconds: number): SoakEvent[] => [
    ...Array.from({ length: seconds }, (_, at): SoakEvent => {
      return { type: "lap", messages: at, ms: 1_000 * at, rssBytes: 1_024 * (9 + kibPerS * at) };
    }),
    { type: "end", messages: 7, ms: 1_000 * seconds },
  ];
  const leaking = judgeSoak(WHO, events(20, 90), ENDED, ORIGIN);
  assert.equal(leaking.problem, "memory grows by 20.0 KiB/s, and by 20.0 at least");
  assert.deepEqual(leaking.row.slice(5, 7), ["20.0 (20.0 to 20.0)", "memory grows"]);
  assert.equal(judgeSoak(WHO, events(0, 90), ENDED, ORIGIN).problem, null);
  const young = judgeSoak(WHO, events(20, 50), ENDED, ORIGIN);
  assert.deepEqual([young.problem, ...young.row.slice(5, 7)], [null, "too short", "held"]);
});

test("memory that comes and goes, or has settled, is no growth; a slow leak under it is", () => {
  const next = random(3);
  const values = (perS: number) =>
    Array.from({ length: 300 }, (_, at) => {
      const settling = 5_000 * Math.exp(-at / 8);
      return { ms: 100 * at, value: 300_000 + perS * at / 10 - settling + 2_000 * next() ** 4 };
    });
  const steady = slopeOf(values(0))!;
  assert.ok(steady.low <= 0 && steady.high >= 0, JSON.stringify(steady));
  const leaking = slopeOf(values(50))!;
  assert.ok(leaking.low > 0 && leaking.low < 50 && leaking.high > 50, JSON.stringify(leaking));
  assert.ok(slopeOf(values(-50))!.high < 0);
  assert.equal(slopeOf(values(50).slice(0, 10)), null);
});

test("a process that hangs or dies is told from one that has ended, with its last run", () => {
  const leg = "3 producers";
  const events: SoakEvent[] = [
    { type: "run", run: 1, leg },
    { type: "lap", messages: 1_234, ms: 5_000, rssBytes: 1 },
    { type: "run", run: 2, leg },
  ];
  const hung = judgeSoak(WHO, events, { end: "timeout", detail: "stopped" }, ORIGIN);
  assert.equal(
    hung.row.join("|"),
    "atomic-swap|node 1|1,234|5|unknown|too short|hung|2000-01-01|abc",
  );
  assert.equal(hung.problem, "run 2 (3 producers): it did not end");
  const dead = judgeSoak(WHO, [], { end: "died", detail: "SIGSEGV" }, ORIGIN);
  assert.equal(dead.problem, "before its first run: SIGSEGV");
  assert.equal(judgeSoak(WHO, events, ENDED, ORIGIN).row[6], "died");
  const whole = [...events, { type: "end", messages: 2_000, ms: 6_000 } as const];
  const late = judgeSoak(WHO, whole, { end: "timeout", detail: "stopped" }, ORIGIN);
  assert.deepEqual([late.row[2], late.row[6]], ["2,000", "hung"]);
  assert.equal(late.problem, "behind run 2 (3 producers): it did not end");
});

test("of a run without a verdict nobody knows what is lost", () => {
  const counts = { lost: 0, duplicated: 0, reordered: 0, corrupted: 0 };
  const fault = { status: "error", detail: "Worker 1 threw", ...counts };
  const { row, problem } = judgeSoak(
    WHO,
    [{ type: "fault", run: 4, leg: "3 producers", fault }],
    ENDED,
    ORIGIN,
  );
  assert.deepEqual([row[4], row[6]], ["unknown", "error"]);
  assert.equal(problem, "run 4 (3 producers): error: Worker 1 threw");
});

test("a soak has not ended before its Workers have", SLOW, async () => {
  const { stop } = Crew.prototype;
  const events: SoakEvent[] = [];
  const before: unknown[] = [];
  Crew.prototype.stop = async function (this: Crew) {
    await stop.call(this);
    before.push(events.at(-1)?.type);
  };
  const task = {
    subject: "atomic-swap",
    params: {},
    messages: 1,
    timeMs: 999,
    leastMs: 0,
    seed: 7,
  };
  try {
    await soak(atomicSwap, task, (event) => events.push(event));
  } finally {
    Crew.prototype.stop = stop;
  }
  assert.deepEqual(new Set(before), new Set(["lap"]));
  assert.equal(events.at(-1)?.type, "end");
});

test(
  "the command ends with 0 and a row where all is well, and refuses controls",
  SLOW,
  async () => {
    const runtimes = ["--runtimes", `${kind}=${process.execPath}`];
    const { code, stdout, stderr } = await runCommand(
      "soak",
      ...[
        "--strategies",
        "sharded-rings",
        "--messages",
        "1e5",
        "--at-least",
        "0",
        "--seed",
        "3",
        ...runtimes,
      ],
    );
    assert.equal(code, 0, stderr);
    const [head, row] = stdout.trim().split("\n");
    assert.equal(head, [...SOAK_HEAD, "seed 3"].join(" | "));
    const [strategy, , messages, , lost, , result] = row.split(" | ");
    assert.deepEqual([strategy, lost, result], ["sharded-rings:publish=64", "0", "held"]);
    assert.ok(Number(messages.replaceAll(",", "")) > 1_000, row);
    const refused = await runCommand("soak", "--strategies", "empty", ...runtimes);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^soak: --strategies empty: controls lose nothing\n$/);
    const dropping = "sharded-rings:overflow=drop-newest";
    assert.equal((await runCommand("soak", "--strategies", dropping, ...runtimes)).code, 2);
    const peer = await runCommand("soak", "--strategies", "worker-stdout", ...runtimes);
    assert.equal(peer.code, 2);
    assert.match(peer.stderr, /^soak: --strategies worker-stdout: it reads what .*\n$/);
  },
);

test("a strategy that loses messages ends the command with 1, and how to repeat it", SLOW, () => {
  const source = new PlantedSource(["scripts"]);
  try {
    source.plant([{
      file: "strategies/atomic_swap.ts",
      find: ".subarray(0, valid);\n",
      replace: ".subarray(0, valid > 99 ? valid - 1 : valid);\n",
    }]);
    const { status, stdout, stderr } = spawnSync(process.execPath, [
      ...[...runArguments(kind), join(source.folder, "scripts/start.mjs"), "soak"],
      ...["--strategies", "atomic-swap", "--seed", "9", "--time", "20s"],
      ...["--runtimes", `${kind}=${process.execPath}`],
    ], { encoding: "utf8", cwd: source.folder });
    assert.equal(status, 1, stderr);
    assert.match(stdout, /^atomic-swap \| .* \| (lost|corrupt) \| /m);
    assert.match(
      stderr,
      new RegExp(
        `^soak: atomic-swap under ${kind} \\S+: run \\d+ .*; again: npm run soak -- ` +
          `--strategies atomic-swap --runtimes ${kind}=\\S+ --messages 1000000000 ` +
          `--time 20000ms --at-least 180000ms --seed 9\\n$`,
      ),
    );
  } finally {
    source.remove();
  }
});

test("a row is in the table once, however often its strategy and its runtime are named", () => {
  const { known } = soakTable(["a", "b", "b"], ["x", "y", "x"]);
  assert.deepEqual(known, [["a", "x"], ["a", "y"], ["b", "x"], ["b", "y"]]);
});
