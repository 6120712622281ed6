/** The session with a fake in place of a process: what becomes of every way in which a cell can end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../bench/workload/random.ts";
import type { CellEvent, CellSpec } from "../../bench/process/spec.ts";
import type { Sample } from "../results/columns.ts";
import type { CellOutcome, RunCell } from "../processes/cell_process.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { readOptions } from "./options.ts";
import { type Cell, makePlan } from "../results/plan.ts";
import { type Estimate, Session } from "./session.ts";
import { END, PROOF, REPORT, RUN, RUNTIME } from "../testing/cell_events.ts";

function outcome(events: CellEvent[], more: Partial<CellOutcome> = {}): CellOutcome {
  return { events, end: "done", detail: "", wallMs: 50, ...more };
}

async function rowsOf(
  argv: string[],
  runCell: RunCell,
  abort = new AbortController(),
  now?: () => number,
  { runtimes = [RUNTIME], onChosen = () => {}, onEstimate = () => {} }: {
    runtimes?: Runtime[];
    onChosen?: (cells: readonly Cell[]) => void;
    onEstimate?: (estimate: Estimate) => void;
  } = {},
) {
  const options = readOptions("bench", ["node", "bench", ...argv]);
  const rows: Sample[] = [];
  const session = new Session({
    session: "s",
    options,
    cells: makePlan(options, runtimes),
    listener: { host: "h", port: 1 },
    cores: 2,
    runCell,
    ...(now === undefined ? {} : { now }),
    signal: abort.signal,
    observer: {
      onProgress() {},
      onChosen,
      onEstimate,
      onNote() {},
      onRows: (more) => rows.push(...more),
      onWaits() {},
    },
  });
  await session.rounds(await session.pilot());
  return rows;
}
const ONE = [
  "--strategies",
  "swap-buffer",
  "--producers",
  "16",
  "--messages",
  "1",
  "--rounds",
  "1",
];
const measured = (rows: Sample[]) =>
  rows.filter((row) => row.round === 1 && row.strategy === "swap-buffer");

test("a one-byte run counts only with the second pass of its process", async () => {
  const statuses = async (events: CellEvent[]) =>
    measured(await rowsOf(ONE, () => Promise.resolve(outcome(events)))).map((
      row,
    ) => [row.status, row.elapsed_us]);
  assert.deepEqual(await statuses([RUN, PROOF, END]), [["ok", 1_000]]);
  assert.deepEqual(await statuses([RUN, END]), [["error", null]]);
  assert.deepEqual(
    await statuses([RUN, { type: "proof", status: "reordered", detail: "x" }, END]),
    [["reordered", null]],
  );
});

test("--turn over a group of strategies skips the async ones in rows that say why, and runs the others", async () => {
  const group = "swap-buffer,async-lock,channel:drain=batch,async-lock:fair=true";
  const asked = new Set<string>();
  const rows = await rowsOf(
    ["--strategies", group, "--producers", "16", "--messages", "9", "--rounds", "2", "--turn", "1"],
    (_, spec) => {
      asked.add(`${spec.subject} ${spec.turn}`);
      return Promise.resolve(outcome([RUN, PROOF, END]));
    },
  );
  assert.deepEqual([...asked].sort(), ["channel 1", "empty 1", "swap-buffer 1"]);
  const skipped = rows.filter(({ status }) => status === "skipped");
  // Once, before the first round.
  assert.deepEqual(skipped.map(({ strategy, round, turn }) => [strategy, round, turn]), [
    ["async-lock", 0, 1],
    ["async-lock", 0, 1],
  ]);
  assert.ok(skipped.every(({ detail }) => /--turn is for producers that block/.test(detail!)));
});

test("what hands over full batches alone is skipped in an open loop, and measured at full load", async () => {
  const argv = ["--strategies", "port-batches", "--producers", "16", "--message-size", "64"];
  const statuses = async (...more: string[]) => {
    const rows = await rowsOf(
      [...argv, "--rounds", "1", ...more],
      () => Promise.resolve(outcome([RUN, END])),
    );
    return rows.filter(({ strategy }) => strategy === "port-batches").map(({ status }) => status);
  };
  assert.deepEqual(await statuses("--rate", "1k"), ["skipped"]);
  assert.ok(!(await statuses("--messages", "9")).includes("skipped"));
});

test("a run that is not ok has no number, its neighbours keep theirs", async () => {
  const bad: CellEvent = {
    ...REPORT,
    type: "run",
    status: "lost",
    lost: 2,
    detail: "two are missing",
  };
  const rows = measured(
    await rowsOf([...ONE, "--message-size", "8"], () => Promise.resolve(outcome([RUN, bad, END]))),
  );
  assert.deepEqual(rows.map((row) => [row.status, row.elapsed_us, row.lost]), [["ok", 1_000, 0], [
    "lost",
    null,
    2,
  ]]);
});

test("a process that is stopped or dies leaves a row that says so", async () => {
  const run = (end: CellOutcome["end"]) =>
    rowsOf(
      [...ONE, "--message-size", "8"],
      (_, spec) =>
        Promise.resolve(
          spec.task === "measure" ? outcome([RUN], { end, detail: "why" }) : outcome([RUN, END]),
        ),
    );
  for (const [end, status] of [["timeout", "timeout"], ["died", "error"]] as const) {
    const rows = measured(await run(end));
    assert.deepEqual(rows.map((row) => row.status), ["ok", status]);
    assert.equal(rows[1].detail, "why");
  }
});

test("the pilot skips what would take too long, with a row that says so", async () => {
  const asked: CellSpec[] = [];
  const slow: RunCell = (_, spec) => {
    asked.push(spec);
    const us = spec.subject === "swap-buffer" ? 1_000 * spec.producers * spec.messages : 100;
    const { messages } = spec;
    return Promise.resolve(outcome([{ ...REPORT, type: "run", elapsedUs: us, messages }, END]));
  };
  const rows = await rowsOf(
    [
      "--messages",
      "1000",
      "--strategies",
      "swap-buffer",
      "--producers",
      "1,64,4096",
      "--message-size",
      "8",
      "--timeout",
      "100",
      "--rounds",
      "2",
    ],
    slow,
  );
  const skipped = rows.filter((row) => row.status === "skipped");
  assert.deepEqual(skipped.map((row) => [row.strategy, row.producers]), [["swap-buffer", 4_096]]);
  assert.match(skipped[0].detail!, /4096 s, more than --timeout 100/);
  assert.ok(
    !asked.some((spec) =>
      spec.task === "measure" && spec.producers === 4_096 && spec.subject !== "empty"
    ),
  );
});

test("the pilot gives two runtimes the same messages, as a power of two, for all rounds", async () => {
  const asked: CellSpec[] = [];
  const chosen: Cell[] = [];
  const runCell: RunCell = (runtime, spec) => {
    asked.push(spec);
    // A pilot says with how many messages its runs took the wanted time.
    const messages = spec.subject === "empty"
      ? 0
      : spec.task === "pilot"
      ? runtime.label === "node" ? 700 : 500
      : spec.messages;
    return Promise.resolve(outcome([{ ...REPORT, type: "run", messages }, END]));
  };
  const argv = ["--strategies", "swap-buffer", "--producers", "4", "--message-size", "8"];
  const runtimes = [RUNTIME, { ...RUNTIME, label: "other" }];
  const rows = await rowsOf([...argv, "--rounds", "2"], runCell, undefined, undefined, {
    runtimes,
    onChosen: (cells) => chosen.push(...cells),
  });
  const measured = asked.filter(({ task, subject }) =>
    task === "measure" && subject === "swap-buffer"
  );
  assert.equal(measured.length, 4);
  assert.ok(measured.every(({ messages }) => messages === 512));
  assert.ok(asked.every(({ runTimeUs }) => runTimeUs === 10_006));
  assert.equal(chosen.length, 4, "empty, too");
  const swap = rows.filter(({ strategy, round }) => strategy === "swap-buffer" && round! > 0);
  assert.ok(swap.every(({ run_length, messages }) => run_length === "10 ms" && messages === 512));
});

test("what sends no messages is not taken to be slow by the message", async () => {
  const runCell: RunCell = (_, spec) => {
    const messages = spec.subject === "empty" ? 0 : spec.messages;
    return Promise.resolve(
      outcome([{ ...REPORT, type: "run", elapsedUs: 2_000, messages }, END]),
    );
  };
  const argv = ["--strategies", "swap-buffer", "--producers", "1024,65536", "--rounds", "1"];
  const rows = await rowsOf([...argv, "--message-size", "8", "--timeout", "10s"], runCell);
  assert.deepEqual(rows.filter(({ status }) => status === "skipped"), []);
});

test("the pilot of a hand-off that may drop chooses, too, though its time is no figure", async () => {
  const asked: CellSpec[] = [];
  const runCell: RunCell = (_, spec) => {
    asked.push(spec);
    const status = spec.subject === "empty" ? "ok" : "dropped";
    const messages = spec.task === "pilot" ? 512 : spec.messages;
    return Promise.resolve(outcome([{ ...REPORT, type: "run", status, messages }, END]));
  };
  const argv = ["--strategies", "swap-buffer", "--overflow", "drop-newest", "--rounds", "1"];
  await rowsOf([...argv, "--producers", "4", "--message-size", "64"], runCell);
  const measured = asked.find(({ task, subject }) => task === "measure" && subject !== "empty");
  assert.equal(measured?.messages, 512);
});

test("a pilot that fails chooses the least, and says no number of its own", async () => {
  const asked: CellSpec[] = [];
  const runCell: RunCell = (_, spec) => {
    asked.push(spec);
    return Promise.resolve(
      spec.task === "pilot" && spec.subject !== "empty"
        ? outcome([{ type: "failed", detail: "why" }, END])
        : outcome([RUN, END]),
    );
  };
  const argv = ["--strategies", "swap-buffer", "--producers", "4", "--message-size", "8"];
  const rows = await rowsOf([...argv, "--rounds", "1"], runCell);
  const [pilot] = rows.filter(({ strategy, round }) => strategy === "swap-buffer" && round === 0);
  assert.deepEqual([pilot.status, pilot.messages], ["error", null]);
  const measured = asked.find(({ task, subject }) => task === "measure" && subject !== "empty");
  assert.equal(measured?.messages, 2);
});

test("the same seed gives the same order, another seed another one", async () => {
  const order = async (seed: number) => {
    const asked: string[] = [];
    await rowsOf(["--rounds", "2", "--seed", String(seed)], (_, spec) => {
      if (spec.task === "measure") {
        asked.push(`${spec.subject} ${JSON.stringify(spec.params)} ${spec.producers}`);
      }
      return Promise.resolve(outcome([RUN, PROOF, END]));
    });
    return asked;
  };
  const first = await order(1);
  assert.ok(first.length > 40);
  const round = first.length / 2;
  assert.deepEqual(await order(1), first);
  assert.notDeepEqual(await order(2), first);
  assert.notDeepEqual(first.slice(round), first.slice(0, round));
  assert.deepEqual(first.slice(round).sort(), first.slice(0, round).sort());
});

test("an interruption ends the session and keeps what was measured", async () => {
  const abort = new AbortController();
  let processes = 0;
  const rows = await rowsOf(["--message-size", "8"], () => {
    if (++processes > 30) {
      abort.abort();
      return Promise.resolve(outcome([], { end: "interrupted" }));
    }
    return Promise.resolve(outcome([RUN, END]));
  }, abort);
  assert.equal(processes, 31);
  assert.equal(rows.length, 30);
});

test("a process of few P is told to make more runs of each", async () => {
  const told = async (producers: string) => {
    const asked = new Set<number | undefined>();
    const argv = ["--strategies", "swap-buffer", "--producers", producers, "--message-size", "8"];
    await rowsOf([...argv, "--rounds", "1"], (_, spec) => {
      asked.add(spec.measuredRuns);
      return Promise.resolve(outcome([RUN, END]));
    });
    return [...asked];
  };
  assert.deepEqual(await told("64"), [12]);
  assert.deepEqual(await told("1,16,64,256,1024"), [3]);
  // Each producer adds 1.5 µs to a run, so that twelve of these would take 19 s.
  assert.deepEqual(await told("1048576"), [3]);
});

test("controls stand in every round that was asked for", async () => {
  const argv = ["--strategies", "swap-buffer", "--producers", "16", "--message-size", "8"];
  const rows = await rowsOf(
    [...argv, "--rounds", "10"],
    () => Promise.resolve(outcome([RUN, END])),
  );
  const rounds = rows.filter(({ strategy, round }) => strategy === "empty" && round! > 0);
  assert.equal(rounds.length, 10);
  const alone = ["--strategies", "empty", "--producers", "16", "--budget", "20s"];
  let clock = 0;
  const more = await rowsOf(
    alone,
    () => {
      clock += 1_000;
      return Promise.resolve(outcome([RUN, END], { wallMs: 1_000 }));
    },
    undefined,
    () => clock,
  );
  const measuredIn = more.map(({ round }) => round!).filter((round) => round > 0);
  const whole = Array.from({ length: 19 }, (_, at) => at + 1);
  assert.deepEqual(measuredIn, whole, "also where there is nothing else");
});

/** Rounds that each cell got under a budget, by a clock on which every cell takes a second. */
async function budgeted(
  budget: string,
  spread: number,
  onEstimate = (_estimate: Estimate) => {},
): Promise<Map<string, number>> {
  const next = random(7);
  let clock = 0;
  const runCell: RunCell = (_runtime, spec) => {
    clock += 1_000;
    const elapsedUs = (spec.subject === "empty" ? 10 : 1_000) * (1 + spread * (next() - 0.5));
    return Promise.resolve(
      outcome([{ ...REPORT, type: "run", elapsedUs }, END], { wallMs: 1_000 }),
    );
  };
  const argv = ["--strategies", "swap-buffer,channel", "--producers", "16", "--message-size", "8"];
  const rows = await rowsOf([...argv, "--budget", budget], runCell, undefined, () => clock, {
    onEstimate,
  });
  const rounds = rows.filter((row) => row.round! > 0);
  return new Map(
    ["swap-buffer", "channel", "empty"].map((
      name,
    ) => [name, rounds.filter(({ strategy }) => strategy === name).length]),
  );
}

test("a budget buys whole rounds, of the controls as many as a verdict takes, whatever was measured", async () => {
  // Three seconds of pilot, three for each of eight rounds, and two for each further one, but for every fourth.
  assert.deepEqual([...(await budgeted("31s", 0.01)).values()], [10, 10, 8]);
  assert.deepEqual([...(await budgeted("31s", 0.9)).values()], [10, 10, 8]);
  assert.deepEqual([...(await budgeted("30.9s", 0.01)).values()], [9, 9, 8]);
  assert.deepEqual([...(await budgeted("26.9s", 0.01)).values()], [7, 7, 7]);
  assert.deepEqual([...(await budgeted("36s", 0.01)).values()], [12, 12, 9]);
  assert.deepEqual([...(await budgeted("1s", 0.01)).values()], [3, 3, 3], "the least");
  // Before the first round it is said what is to come: a second for each process as in the pilot, its warm-up and runs.
  let said: Estimate | undefined;
  const came = await budgeted("60s", 0.01, (estimate) => said = estimate);
  const { rounds, totalMs, cells, roundMs } = said!;
  assert.ok(roundMs > 3_000 && roundMs < 6_000, `${roundMs} ms a round`);
  assert.ok(rounds > 8 && rounds <= came.get("swap-buffer")!, `${rounds} rounds`);
  assert.ok(totalMs <= 57_000 && totalMs > 50_000, `${totalMs} ms`);
  const withControls = 8 + Math.floor(rounds / 4) - 2;
  assert.equal(cells, 2 * rounds + withControls);
});

test("a process is told how much its producers work, and its rows say it", async () => {
  const told = new Set<number | undefined>();
  const argv = ["--strategies", "swap-buffer", "--producers", "4", "--message-size", "8"];
  const rows = await rowsOf(
    [...argv, "--messages", "9", "--rounds", "1", "--work-us", "0,25"],
    (_, spec) => {
      told.add(spec.workUs);
      return Promise.resolve(outcome([RUN, END]));
    },
  );
  assert.deepEqual([...told].sort(), [0, 25]);
  assert.deepEqual([...new Set(rows.map(({ work_us }) => work_us))].sort(), [0, 25]);
});
