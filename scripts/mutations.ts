/** Plants every mistake of the catalogue into a copy of the source, and says what caught it. */
import { rmSync } from "node:fs";
import { plant, type PlantedOutcome, runPlanted } from "../bench/testing/planted.ts";
import type { CellSpec } from "../bench/process/spec.ts";
import { STRATEGIES } from "../strategies/registry.ts";
import { MUTATIONS } from "../strategies/testing/mutations/catalogue.ts";
import type { Mutation } from "../strategies/testing/mutations/mutation.ts";
import { command, EXIT, runMain } from "./cli/command.ts";
import { count } from "./cli/values.ts";
import { findRuntimes, type Runtime } from "./processes/runtimes.ts";

/** A cell with a hang in it takes this long; one without takes a tenth. */
const WATCHDOG_MS = 6_000;
/** Mutations at a time. */
const LANES = 2;
/** The cells of each mutation, in turn until one catches it: one producer alone, many on two threads, and long ones. */
const CELLS = [
  { producers: 1, workers: 1, messages: 50_000, messageBytes: 1 },
  { producers: 16, workers: 2, messages: 4_000, messageBytes: 1 },
  { producers: 16, workers: 2, messages: 4_000, messageBytes: 100 },
];

await runMain("mutations", async () => {
  const program = command(
    "mutations",
    "Plant known mistakes into the strategies' source; the proof of delivery must catch each.",
  )
    .option("--runtimes <list>", "as in bench", "deno,bun,node")
    .option(
      "--seeds <number>",
      "what only a race shows is tried so often, and must be caught all times but one",
      count(2),
      20,
    )
    .option("--only <text>", "only mutations whose strategy or name contains it", "")
    .parse(process.argv);
  const { runtimes: list, only, seeds } = program.opts();
  const chosen = MUTATIONS.filter(({ subject, name }) => `${subject} ${name}`.includes(only));
  const { runtimes } = findRuntimes(list);
  let escaped = 0;
  for (const runtime of runtimes) {
    escaped += await healthy(runtime) ? 0 : 1;
    const counts = { caught: 0, hung: 0 };
    const waiting = [...chosen];
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await judgeOne(next);
      }
    };
    const judgeOne = async (mutation: Mutation) => {
      const how = await caughtHow(mutation, runtime, seeds);
      if (how === null) escaped++;
      else if (mutation.hangs) counts.hung++;
      else counts.caught++;
      console.log(
        `${runtime.label} ${mutation.subject}, ${mutation.name}: ${how ?? "NOT CAUGHT"}`,
      );
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    console.log(
      `${runtime.label}: ${chosen.length} planted, ${counts.caught} caught by a verdict or an error, ` +
        `${counts.hung} by the watchdog alone`,
    );
  }
  return escaped === 0 ? EXIT.ok : EXIT.failed;
});

/** The source as it is must pass the same cells, or being caught would mean nothing. */
async function healthy(runtime: Runtime): Promise<boolean> {
  const folder = plant([]);
  try {
    for (const { name } of STRATEGIES) {
      for (const cell of CELLS) {
        const how = judge(await runPlanted(folder, runtime, specOf(name, cell, 1), WATCHDOG_MS));
        if (how === null) continue;
        console.log(`${runtime.label} ${name} without a mutation: ${how}`);
        return false;
      }
    }
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What caught it, or null. */
async function caughtHow(
  mutation: Mutation,
  runtime: Runtime,
  seeds: number,
): Promise<string | null> {
  const folder = plant(mutation.also === undefined ? [mutation] : [mutation, mutation.also]);
  try {
    if (mutation.byChance) return await caughtByChance(folder, mutation, runtime, seeds);
    for (const cell of CELLS) {
      const how = await attempt(folder, mutation, runtime, cell, 1);
      if (how !== null) return how;
    }
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function caughtByChance(
  folder: string,
  mutation: Mutation,
  runtime: Runtime,
  seeds: number,
): Promise<string | null> {
  let caught = 0;
  let last = "";
  for (let seed = 1; seed <= seeds; seed++) {
    const how = await attempt(folder, mutation, runtime, CELLS[1], seed);
    if (how === null) continue;
    caught++;
    last = how;
  }
  const share = `${caught} of ${seeds} seeds`;
  if (caught >= seeds - 1) return `${share}, at last by ${last}`;
  console.log(`${runtime.label} ${mutation.subject}, ${mutation.name}: only ${share}`);
  return null;
}

async function attempt(
  folder: string,
  { subject, hangs }: Mutation,
  runtime: Runtime,
  cell: (typeof CELLS)[number],
  seed: number,
): Promise<string | null> {
  const outcome = await runPlanted(folder, runtime, specOf(subject, cell, seed), WATCHDOG_MS);
  const how = judge(outcome);
  // What only hangs proves nothing about the verdicts, unless that is all that it can do.
  return how === "the watchdog" && !hangs ? null : how;
}

/** By what the process was found out: a run's verdict, the second pass, an error, the watchdog; or null. */
function judge({ events, hung }: PlantedOutcome): string | null {
  let runs = 0;
  for (const event of events) {
    if (event.type === "failed") return `the error "${event.detail}"`;
    if (event.type === "run" && ++runs > 0 && event.status !== "ok") {
      return `run ${runs}, ${event.status}`;
    }
    if (event.type === "proof" && event.status !== "ok") return `the second pass, ${event.status}`;
  }
  if (hung) return "the watchdog";
  return events.at(-1)?.type === "end" ? null : "a process that died";
}

function specOf(text: string, cell: (typeof CELLS)[number], seed: number): CellSpec {
  const [subject, params = ""] = text.split(":");
  return {
    ...cell,
    subject,
    params: Object.fromEntries(params.split(";").filter(Boolean).map((pair) => pair.split("="))),
    turn: 0,
    runTimeUs: null,
    pace: null,
    reading: null,
    capacity: 4 * 2 ** 20,
    seed,
    listener: null,
    storeBytes: 64 * 2 ** 20,
    runId: "mutation",
    task: "measure",
  };
}
