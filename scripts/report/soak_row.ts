/** Turns a soak's events and the end of its process into a row of the table, and says what went wrong. */
import { count } from "../cli/units.js";
import type { SoakEvent } from "../../bench/soak/soak.ts";
import { printable } from "../../bench/wire/printable.ts";
import type { ChildOutcome } from "../processes/child.ts";
import type { KeptTable } from "./kept_table.ts";
import { slopeOf } from "../statistics/slope.ts";

export const SOAK_HEAD = [
  "strategy",
  "runtime",
  "messages",
  "time, s",
  "lost",
  "slope of memory, KiB/s",
  "result",
  "date",
  "commit",
];

/** Memory that has been watched for less time (ms) may still be settling, whatever it does. */
const LEAST_MS = 60_000;

export interface SoakJudgement {
  row: string[];
  /** What went wrong, in one line, or null. */
  problem: string | null;
}

/** @param origin entries for the columns date and commit */
export function judgeSoak(
  [strategy, runtime]: [string, string],
  events: readonly SoakEvent[],
  { end, detail }: Pick<ChildOutcome, "end" | "detail">,
  origin: [string, string],
): SoakJudgement {
  const laps = events.filter((event) => event.type === "lap");
  const fault = events.find((event) => event.type === "fault");
  const whole = events.find((event) => event.type === "end");
  const last = events.findLast((event) => event.type === "run");
  const { messages, ms } = whole ?? laps.at(-1) ?? { messages: 0, ms: 0 };
  const kib = laps.map(({ ms, rssBytes }) => ({ ms, value: rssBytes / 1_024 }));
  const slope = ms < LEAST_MS ? null : slopeOf(kib);
  const place = (at: { run: number; leg: string }) => `run ${at.run} (${at.leg})`;
  const isBetween = events.at(-1)?.type !== "run";
  let [lost, result, problem]: [string, string, string | null] = ["0", "held", null];
  if (fault !== undefined) {
    const { status, detail, ...counts } = fault.fault;
    result = status;
    const { duplicated, reordered, corrupted } = counts;
    // Where there is no verdict, nobody has counted.
    const isCounted = status !== "error";
    lost = isCounted ? String(counts.lost) : "unknown";
    problem = `${place(fault)}: ${status}` +
      (isCounted
        ? `, ${counts.lost} lost, ${duplicated} came again, ${reordered} out of order, ${corrupted} changed`
        : "") +
      `: ${detail}`;
  } else if (whole === undefined || end !== "done") {
    lost = "unknown";
    result = end === "timeout" ? "hung" : "died";
    const where = last === undefined ? "its first run" : place(last);
    problem = `${last === undefined ? "before " : isBetween ? "behind " : ""}${where}: ` +
      (end === "timeout" ? "it did not end" : detail || "it ended before it had said so");
  } else if (slope !== null && slope.low > 0) {
    result = "memory grows";
    problem = `memory grows by ${shown(slope.perS)} KiB/s, and by ${shown(slope.low)} at least`;
  }
  return {
    row: [
      strategy,
      runtime,
      count(messages),
      (ms / 1_000).toFixed(0),
      lost,
      slope === null
        ? "too short"
        : `${shown(slope.perS)} (${shown(slope.low)} to ${shown(slope.high)})`,
      result,
      ...origin,
    ],
    problem: problem === null ? null : printable(problem, 600),
  };
}

/** The table of these strategies under these runtimes; each is named in every form that may occur. */
export function soakTable(strategies: readonly string[], runtimes: readonly string[]): KeptTable {
  return {
    name: "soak",
    head: SOAK_HEAD,
    words: [0, 1, 6, 7, 8],
    known: [...new Set(strategies)].flatMap((strategy) =>
      [...new Set(runtimes)].map((runtime) => [strategy, runtime] as const)
    ),
  };
}

function shown(kibPerS: number): string {
  return kibPerS.toFixed(1).replace(/^-(0\.0)$/, "$1");
}
