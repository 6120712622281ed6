/** A run counts if everything was delivered and every promise kept; each planted fault gets its own status. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellEvent } from "../../bench/process/spec.ts";
import type { CellOutcome } from "../processes/cell_process.ts";
import { REPORT } from "../testing/cell_events.ts";
import { judge, reasonAgainst } from "./judge.ts";

const good: CellEvent = { type: "run", ...REPORT };
const lost: CellEvent = { ...good, status: "lost", detail: "1 is missing" };
const proof: CellEvent = { type: "proof", status: "ok", detail: "" };
const spoiled: CellEvent = { type: "proof", status: "corrupt", detail: "byte 3" };
const end: CellEvent = { type: "end", rssPeakBytes: 1 };

function outcome(events: CellEvent[], how: Partial<CellOutcome> = {}): CellOutcome {
  return { events, end: "done", detail: "", wallMs: 1, ...how };
}

const ONE_BYTE = { secondPass: true, isPilot: false };
const NUMBERED = { secondPass: false, isPilot: false };
const PILOT = { secondPass: false, isPilot: true };

const CASES: [string, CellOutcome, typeof ONE_BYTE, string[], string | null][] = [
  ["all is well", outcome([good, good, proof, end]), ONE_BYTE, ["ok", "ok"], null],
  ["numbered messages need no second pass", outcome([good, end]), NUMBERED, ["ok"], null],
  ["one run loses", outcome([good, lost, proof, end]), ONE_BYTE, ["ok", "lost"], "lost"],
  ["the second pass fails", outcome([good, good, spoiled, end]), ONE_BYTE, [
    "corrupt",
    "corrupt",
  ], "corrupt"],
  ["the second pass is missing", outcome([good, end]), ONE_BYTE, ["error"], "error"],
  ["a run's own word stands before the second pass's", outcome([lost, spoiled, end]), ONE_BYTE, [
    "lost",
  ], "lost"],
  ["the full capacity fails in the pilot", outcome([good, spoiled, end]), PILOT, [
    "corrupt",
  ], "corrupt"],
  ["no run at all", outcome([end]), NUMBERED, [], "error"],
  [
    "the cell says that it failed",
    outcome([good, { type: "failed", detail: "a Worker died" }]),
    {
      ...NUMBERED,
    },
    ["ok"],
    "error",
  ],
  ["the process died", outcome([good], { end: "died", detail: "code 9" }), NUMBERED, [
    "ok",
  ], "error"],
  ["the process was stopped", outcome([good], { end: "timeout", detail: "5 s" }), NUMBERED, [
    "ok",
  ], "timeout"],
];
for (const [name, told, promised, words, against] of CASES) {
  test(name, () => {
    const judgement = judge(told, promised);
    assert.deepEqual(judgement.runs.map(({ status }) => status), words);
    assert.equal(reasonAgainst(judgement)?.status ?? null, against);
  });
}

test("a process that has said nothing of a run has a failure, so that its cell has a row", () => {
  for (const promised of [PILOT, NUMBERED, ONE_BYTE]) {
    assert.equal(
      judge(outcome([end]), promised).failure?.detail,
      "the process ended without a run",
    );
    assert.equal(judge(outcome([good, proof, end]), promised).failure, null);
  }
});

test("what a listener says without a reason is told by where it was said", () => {
  const unsaid: CellEvent = { ...spoiled, detail: "" };
  const told = (promised: typeof ONE_BYTE) =>
    reasonAgainst(judge(outcome([good, unsaid, end]), promised))?.detail;
  assert.equal(told(ONE_BYTE), "second pass");
  assert.equal(told(PILOT), "with the whole capacity filled");
});
