/** The plan of an open loop, from its options to what its processes are told; a fake in place of the processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellEvent, CellSpec } from "../../bench/process/spec.ts";
import type { Sample } from "../results/columns.ts";
import { type Cell, makePlan } from "../results/plan.ts";
import { END, REPORT, RUNTIME } from "../testing/cell_events.ts";
import { argumentsOf } from "./arguments.ts";
import { readOptions } from "./options.ts";
import { Session } from "./session.ts";

const COMMON = ["--message-size", "64", "--producers", "8"];
const read = (...args: string[]) => readOptions("bench", ["node", "bench", ...COMMON, ...args]);

/** A pilot in which swap-buffer carries 1 M messages/s and async-lock 200 k; `failing` has none. */
function eventsOf(spec: CellSpec, failing: string, slowness: number[]): CellEvent[] {
  if (spec.subject === failing) return [{ type: "failed", detail: "why" }, END];
  const us = { "swap-buffer": 1, "async-lock": 5 }[spec.subject] ?? 1;
  const sent = spec.subject === "empty" ? 0 : spec.producers * spec.messages;
  const usual = us * (sent || 1_000);
  const runs = slowness.map((times) => ({
    ...REPORT,
    type: "run" as const,
    delivered: sent,
    elapsedUs: times * usual,
  }));
  return [...runs, END];
}

/** @param slowness how many times as long as usual each run of a pilot takes */
async function session(args: string[], failing = "", slowness = [1]) {
  const options = read("--strategies", "swap-buffer,async-lock", "--rounds", "1", ...args);
  const rows: Sample[] = [];
  const asked: CellSpec[] = [];
  const chosen: Cell[] = [];
  const one = new Session({
    session: "s",
    options,
    cells: makePlan(options, [RUNTIME]),
    listener: { host: "h", port: 1 },
    cores: 2,
    runCell: (_, spec) => {
      asked.push(spec);
      return Promise.resolve({
        events: eventsOf(spec, failing, spec.task === "pilot" ? slowness : [1]),
        end: "done",
        detail: "",
        wallMs: 9,
      });
    },
    signal: new AbortController().signal,
    observer: {
      onProgress() {},
      onChosen: (cells) => chosen.push(...cells),
      onEstimate() {},
      onNote() {},
      onRows: (more) => rows.push(...more),
      onWaits() {},
    },
  });
  await one.rounds(await one.pilot());
  return { rows, asked, chosen };
}

test("a share is one of the cell's own throughput at full load, and one of the slowest's, and both stand in the rows", async () => {
  const { asked, rows, chosen } = await session(["--load", "50%"]);
  assert.ok(asked.filter(({ task }) => task === "pilot").every(({ pace }) => pace === null));
  const measured = asked.filter(({ task }) => task === "measure");
  const told = measured.map(({ subject, pace, messages }) => [subject, pace!.ratePerS, messages])
    .sort();
  // 50 ms of 8 producers. `empty` has no capacity of its own.
  assert.deepEqual(told, [
    ["async-lock", 100_000, 625],
    ["async-lock", 100_000, 625],
    ["empty", 100_000, 625],
    ["swap-buffer", 100_000, 625],
    ["swap-buffer", 500_000, 3_125],
  ]);
  const swap = rows.filter(({ strategy, round }) => strategy === "swap-buffer" && round === 1);
  assert.deepEqual(
    new Map(
      swap.map(({ load, rate_per_s, run_length }) => [load, `${rate_per_s} for ${run_length}`]),
    ),
    new Map([["50%", "500000 for 50 ms"], ["50% of the slowest", "100000 for 50 ms"]]),
  );
  assert.equal(chosen.length, 5);
  assert.ok(chosen.every(({ messages, ratePerS }) => messages! > 0 && ratePerS! > 0));
});

test("the capacity is the median of the pilot's runs, and a single run is no pilot of a load", async () => {
  const { asked, chosen } = await session(["--load", "50%"], "", [9, 1, 1, 1, 9]);
  assert.ok(asked.filter(({ task }) => task === "pilot").every(({ pilotRuns }) => pilotRuns! >= 5));
  const own = chosen.filter(({ load }) => load !== null && "of" in load && load.of === "own");
  const rates = own.map(({ subject, ratePerS }) => [subject, ratePerS]).sort();
  assert.deepEqual(rates, [["async-lock", 100_000], ["swap-buffer", 500_000]]);
});

test("one pilot of a strategy serves all loads, and each cell has its rows", async () => {
  const { asked, rows, chosen } = await session(["--load", "25%,50%"]);
  const pilots = asked.filter(({ task }) => task === "pilot").map(({ subject }) => subject);
  assert.deepEqual(pilots.sort(), ["async-lock", "empty", "swap-buffer"]);
  const ofSwap = rows.filter(({ round, strategy }) => round === 0 && strategy === "swap-buffer");
  assert.deepEqual(ofSwap.map(({ load, status, process_ms }) => [load, status, process_ms]), [
    ["25%", "pilot", 9],
    ["25% of the slowest", "pilot", null],
    ["50%", "pilot", null],
    ["50% of the slowest", "pilot", null],
  ]);
  assert.match(ofSwap[1].detail!, /pilot of load 25%/);
  const rate = (load: string, subject: string) =>
    chosen.find((cell) =>
      cell.subject === subject &&
      rows.some((row) =>
        row.round === 1 && row.strategy === subject && row.load === load &&
        row.rate_per_s === cell.ratePerS
      )
    )!.ratePerS;
  assert.deepEqual(["25%", "50%"].map((load) => rate(load, "swap-buffer")), [250_000, 500_000]);
});

test("a sweep goes through shares of each cell's own throughput, with one rate at which all are compared", async () => {
  const { asked, rows } = await session(["--sweep"]);
  assert.equal(asked.filter(({ task }) => task === "pilot").length, 3);
  const ratesOf = (name: string) =>
    asked.filter(({ task, subject }) => task === "measure" && subject === name)
      .map(({ pace }) => pace!.ratePerS).sort((a, b) => a - b);
  assert.deepEqual(ratesOf("swap-buffer"), [100_000, 100_000, 250_000, 500_000, 750_000, 900_000]);
  assert.deepEqual(ratesOf("async-lock"), [20_000, 50_000, 100_000, 100_000, 150_000, 180_000]);
  assert.deepEqual(ratesOf("empty"), [100_000]);
  assert.ok(rows.every(({ status }) => status !== "skipped"));
});

test("the arrivals of a round are the same in all cells, differ by round, and follow from the seed", async () => {
  const drawn = async (...args: string[]) => {
    const { asked } = await session(["--rate", "20k", "--rounds", "3", ...args]);
    const measured = asked.filter(({ task }) => task === "measure");
    // What the messages say stays as it is: their proof does not hang on the arrivals.
    assert.equal(new Set(measured.map(({ seed }) => seed)).size, 1);
    return [1, 2, 3].map((round) => {
      const seeds = measured.filter(({ runId }) => runId.endsWith(`round ${round}`))
        .map(({ pace }) => pace!.seed);
      assert.deepEqual(seeds, [seeds[0], seeds[0], seeds[0]]);
      return seeds[0];
    });
  };
  const [first, again, other] = [await drawn(), await drawn(), await drawn("--seed", "2")];
  assert.deepEqual(again, first);
  assert.equal(new Set([...first, ...other]).size, 6);
});

test("a cell whose pilot fails has no rate of its own, is told so, and chooses nothing", async () => {
  const { rows, chosen, asked } = await session(["--load", "50%"], "async-lock");
  const skipped = rows.filter(({ status }) => status === "skipped");
  assert.deepEqual(skipped.map(({ strategy, load }) => [strategy, load]), [["async-lock", "50%"]]);
  assert.match(skipped[0].detail!, /no pilot says at which rate/);
  assert.ok(chosen.every(({ messages }) => Number.isInteger(messages)));
  // The rate that all share is that of the slowest that is known.
  const shared = asked.filter(({ task, subject }) => task === "measure" && subject === "empty");
  assert.equal(shared[0].pace!.ratePerS, 500_000);
});

test("a rate at which the least of messages takes too long is skipped before it is tried", async () => {
  const { asked, rows } = await session(["--rate", "1", "--timeout", "20s"]);
  assert.equal(asked.length, 0);
  assert.ok(
    rows.every(({ status, detail }) => status === "skipped" && /due for about 16 s/.test(detail!)),
  );
});

test("every option of an open loop is recorded, and read back as it was", () => {
  for (
    const args of [
      ["--load", "33%,50%"],
      ["--sweep"],
      ["--sweep", "--pacing", "even"],
      ["--rate", "20k,1.5M", "--pacing", "even"],
      ["--load", "10%", "--stall", "200ms/1s"],
      ["--rate", "20k", "--consumer-work-us", "50"],
      ["--rate", "200k", "--drain-rate", "50MB/s", "--run-time", "3s"],
    ]
  ) {
    const options = read(...args);
    const again = readOptions("bench", ["node", "bench", ...argumentsOf(options)]);
    assert.deepEqual(again, options, args.join(" "));
  }
  assert.equal(read("--load", "10%", "--stall", "200ms/1s").runTimeMs, 2_000);
});

test("what makes no open loop is refused in words", () => {
  const refused = (args: string[], why: RegExp) => assert.throws(() => read(...args), why);
  refused(["--stall", "200ms/1s"], /give --load, --rate or --sweep/);
  refused(["--consumer-work-us", "50"], /give --load, --rate or --sweep/);
  refused(["--pacing", "even"], /give --load, --rate or --sweep/);
  refused(["--sweep", "--load", "50%"], /cannot be used with/);
  refused(["--sweep", "--turn", "1"], /cannot be used with/);
  refused(["--sweep", "--message-size", "1"], /tell its messages apart/);
  refused(["--load", "50%", "--message-size", "1"], /tell its messages apart/);
  refused(["--load", "50%", "--rate", "5k"], /cannot be used with/);
  refused(["--load", "50%", "--turn", "1"], /cannot be used with/);
  refused(["--load", "150%"], /up to 100%/);
  refused(["--rate", "0.5"], /messages\/s/);
  refused(["--rate", "5k", "--stall", "1s/1s"], /such as 200ms\/1s/);
  refused(["--rate", "5k", "--drain-rate", "50"], /such as 50MB\/s/);
  refused(["--rate", "5k", "--stall", "1ms/1s", "--sink", "none"], /has none/);
});
