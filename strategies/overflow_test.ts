/**
 * If a hand-off drops messages, those that are missing are exactly those it has reported, for each producer. Uses tiny
 * capacities, a consumer that stalls at random, and the suite's own verifier, which must also find loss that was not
 * reported and a count that belongs to another producer.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { carryOut } from "../bench/process/run.ts";
import type { CellSpec, RunReport } from "../bench/process/spec.ts";
import { openStrategySubject } from "../bench/subjects/strategy_subject.ts";
import { memoryRuns } from "../bench/wire/memory_sink.ts";
import type { OpenRun } from "../bench/wire/sink.ts";
import { testSeed } from "../bench/testing/random.ts";
import { random } from "../bench/workload/random.ts";
import { joinBlocking, openFanIn } from "../mod.ts";
import { formatParams, parseParams } from "./params.ts";
import { findStrategy, STRATEGIES } from "./registry.ts";
import type { Params } from "./strategy.ts";
import { SubjectFailure } from "../bench/subjects/failure.ts";

const SEEDS = 50;
const MESSAGES = 60;
/** Share of the writes, which are a few messages long, that stall: enough for producers to find no room. */
const STALL_SHARE = 0.2;
const CASES: [string, Params][] = STRATEGIES.flatMap(({ name, params }) => {
  const { overflow, drain } = params;
  if (overflow === undefined || !("choices" in overflow)) return [];
  const drains = drain !== undefined && "choices" in drain ? drain.choices : [null];
  return overflow.choices.filter((mode) => mode !== "block").flatMap((mode) =>
    drains.map((drain): [string, Params] => [
      name,
      drain === null ? { overflow: mode } : { overflow: mode, drain },
    ])
  );
});
const seed = testSeed();

test("both ways to drop are among the cases", () => {
  const modes = CASES.map(([, { overflow }]) => overflow);
  assert.ok(modes.includes("drop-newest") && modes.includes("drop-oldest"));
});

for (const [name, params] of CASES) {
  const title = `${name} ${JSON.stringify(params)}: announced is missing (seed ${seed})`;
  test(title, { timeout: 120_000 }, async () => {
    const next = random(seed);
    let [dropped, delivered] = [0, 0];
    await withRuns(name, params, next, SEEDS, (report, at) => {
      assert.equal(report.status, "dropped", `run ${at}: ${report.detail}`);
      assert.equal(report.delivered + report.dropped, report.expected, `run ${at}`);
      dropped += report.dropped;
      delivered += report.delivered;
    });
    assert.ok(dropped > 0 && delivered > 0, `${dropped} dropped, ${delivered} delivered`);
  });
}

const FAULTS: [string, (counts: Uint32Array) => void][] = [
  ["a loss that nobody has announced", (counts) => counts[largest(counts)]--],
  ["a count that stands for another producer", (counts) => {
    const from = largest(counts);
    counts[from]--;
    counts[(from + 1) % counts.length]++;
  }],
  ["a drop that did not happen", (counts) => counts[0]++],
];
for (const [fault, plant] of FAULTS) {
  test(`${fault} is found (seed ${seed})`, { timeout: 60_000 }, async () => {
    const check = (report: RunReport) => assert.notEqual(report.status, "dropped");
    await withRuns("swap-buffer", { overflow: "drop-newest" }, random(seed), 5, check, plant);
  });
}

test("nobody can join a hand-off that drops and not be told, or open one that cannot", () => {
  for (const name of ["swap-buffer", "sharded-rings"]) {
    const fan = openFanIn(name, { producers: 1, workers: 1, params: { overflow: "drop-newest" } });
    assert.throws(() => joinBlocking(fan.tickets[0]), RangeError);
    joinBlocking(fan.tickets[0], () => {});
  }
  const cannot = [["sharded-rings", "drop-oldest"], ["channel", "drop-newest"]];
  for (const [name, overflow] of cannot) {
    const options = { producers: 1, workers: 1, params: { overflow } };
    assert.throws(() => openFanIn(name, options), RangeError);
  }
});

test("what blocks keeps the name that it had before anything could drop", () => {
  for (const [name] of CASES) {
    const written = formatParams(parseParams(findStrategy(name)!, { overflow: "block" }));
    assert.doesNotMatch(written, /overflow/);
  }
});

function largest(counts: Uint32Array): number {
  return counts.indexOf(Math.max(...counts));
}

/**
 * Runs over one hand-off, with a consumer that stalls now and then.
 * @param plant falsifies what is reported
 */
async function withRuns(
  name: string,
  params: Params,
  next: () => number,
  runs: number,
  check: (report: RunReport, at: number) => void,
  plant: (counts: Uint32Array) => void = () => {},
): Promise<void> {
  const strategy = findStrategy(name)!;
  const [producers, workers, messageBytes] = [5, 2, 24];
  let capacity = 5 * messageBytes + 7;
  while (strategy.largestMessage(capacity, workers) < messageBytes) capacity += messageBytes;
  const spec: CellSpec = {
    ...{ subject: name, params, producers, workers, messageBytes, capacity, seed },
    ...{ messages: MESSAGES, runTimeUs: null, turn: 3, pace: null, reading: null },
    ...{ listener: null, storeBytes: 0, runId: "test", task: "measure" },
  };
  const failure = new SubjectFailure();
  const subject = await openStrategySubject(strategy, spec, failure.tell);
  const counts = subject.dropped!;
  const openRun = stalling(memoryRuns(2 ** 20), next);
  const planted = {
    ...subject,
    transfer: async (...call: Parameters<typeof subject.transfer>) => {
      const transferred = await subject.transfer(...call);
      plant(counts);
      return transferred;
    },
  };
  const context = { subject: planted, openRun, producers, failure };
  try {
    for (let at = 0; at < runs; at++) {
      const request = { ...spec, pace: null, warmUp: false, seed: seed + at };
      check(await carryOut(context, request), at);
    }
  } finally {
    await subject.stop();
  }
}

function stalling(open: OpenRun, next: () => number): OpenRun {
  return async (header, onFailure) => {
    const sink = await open(header, onFailure);
    return {
      ...sink,
      async write(bytes) {
        if (next() < STALL_SHARE) await new Promise((resolve) => setTimeout(resolve, 2 * next()));
        await sink.write(bytes);
      },
    };
  };
}
