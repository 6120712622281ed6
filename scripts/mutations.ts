/** Plants every mistake of the catalogue into a copy of the source, and says what caught it. */
import {
  type PlantedOutcome,
  PlantedSource,
  runPlanted,
  WAKE_TRIAL,
} from "../bench/testing/planted.ts";
import type { CellSpec } from "../bench/process/spec.ts";
import { STRATEGIES } from "../strategies/registry.ts";
import { MUTATIONS } from "../strategies/testing/mutations/catalogue.ts";
import type { Mutation } from "../strategies/testing/mutations/mutation.ts";
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { count } from "./cli/values.ts";
import { findRuntimes, type Runtime } from "./processes/runtimes.ts";
import { cellTask } from "./results/cell_task.ts";

/** A cell hangs if it is silent for longer than this many whole cells of the unchanged source take, here and now. */
const HEALTHY_CELLS = 5;
/** The shortest silence that counts as hanging (ms). */
const LEAST_SILENCE_MS = 4_000;
/** Even the unchanged source hangs if it is silent for this long (ms). */
const HEALTHY_SILENCE_MS = 60_000;
/** Hand-offs in which a lost wake-up may hang, since threads that wait for a lock must first meet there. */
const WAKE_TRIALS = 5;
/** Messages of each of their two Workers: more than a thread sends in one turn on a busy core. */
const FLOOD = 20_000;
/** Mutations that are tried at the same time. */
const LANES = 2;
/** Mutations that hang are tried in addition to these, since they sleep and need no core. */
const HANGING_LANES = 6;
/**
 * The cells in which each mutation is tried until one catches it: a single producer, many on two threads, and long
 * messages.
 */
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
      "tries of a mistake that only a race shows; it must be caught in all of them but one",
      count(2),
      20,
    )
    .option("--once", "of such a mistake, one seed that catches it is enough")
    .option("--only <text>", "only mutations whose strategy or name contains it", "")
    .parse(process.argv);
  const { runtimes: list, only, seeds, once = false } = program.opts();
  const chosen = MUTATIONS.filter(({ subject, name }) => `${subject} ${name}`.includes(only));
  if (chosen.length === 0) {
    throw new UsageError(`no mutation is called "${only}"; leave --only out to run all`);
  }
  const { runtimes } = findRuntimes(list);
  let escaped = 0;
  for (const runtime of runtimes) {
    const { failed, slowestMs } = await healthy(runtime, chosen);
    escaped += failed;
    const silenceMs = Math.max(LEAST_SILENCE_MS, HEALTHY_CELLS * slowestMs);
    const trial: Trial = { runtime, seeds, once, silenceMs };
    const counts = { caught: 0, hung: 0 };
    const judgeOne = async (mutation: Mutation, source: PlantedSource) => {
      const how = await caughtHow(mutation, trial, source);
      if (how === null) escaped++;
      else if (mutation.hangs) counts.hung++;
      else counts.caught++;
      console.log(
        `${runtime.label} ${mutation.subject}, ${mutation.name}: ${how ?? "NOT CAUGHT"}`,
      );
    };
    await Promise.all([
      inLanes(LANES, chosen.filter(({ hangs }) => !hangs), judgeOne),
      inLanes(HANGING_LANES, chosen.filter(({ hangs }) => hangs), judgeOne),
    ]);
    console.log(
      `${runtime.label}: ${chosen.length} planted, ${counts.caught} caught by a verdict or an error, ` +
        `${counts.hung} by the watchdog alone`,
    );
  }
  return escaped === 0 ? EXIT.ok : EXIT.failed;
});

/** Works on this many items at a time; each lane has its own copy of the source. */
async function inLanes<Item>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item, source: PlantedSource) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    const source = new PlantedSource();
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await work(next, source);
      }
    } finally {
      source.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}

/** The unchanged source must pass the same cells; otherwise being caught would mean nothing. */
async function healthy(
  runtime: Runtime,
  chosen: readonly Mutation[],
): Promise<{ failed: number; slowestMs: number }> {
  let failed = 0;
  let slowestMs = 0;
  const names = new Set(chosen.map(({ subject }) => handOf(subject).subject));
  const cells = STRATEGIES.filter(({ name }) => names.has(name)).flatMap(({ name }) =>
    CELLS.map((cell) => specOf(name, cell, 1))
  );
  await inLanes(LANES, cells, async (spec, source) => {
    const before = performance.now();
    const how = judge(await runPlanted(source, runtime, spec, HEALTHY_SILENCE_MS));
    slowestMs = Math.max(slowestMs, performance.now() - before);
    if (how === null) return;
    failed++;
    console.log(`${runtime.label} ${spec.subject} without a mutation: ${how}`);
  });
  return { failed, slowestMs };
}

/** What all mutations under one runtime share. */
interface Trial {
  runtime: Runtime;
  seeds: number;
  /** Whether one of the seeds suffices, for a machine so busy that a race may not show in each. */
  once: boolean;
  /** A cell that has no event for this long hangs (ms). */
  silenceMs: number;
}

/** What caught the mutation, or null. */
async function caughtHow(
  mutation: Mutation,
  trial: Trial,
  source: PlantedSource,
): Promise<string | null> {
  source.plant(mutation.also === undefined ? [mutation] : [mutation, mutation.also]);
  if (mutation.byChance) return await caughtByChance(mutation, trial, source);
  if (mutation.wakes) {
    const hand = { ...handOf(mutation.subject), flood: FLOOD };
    const hands = Array.from({ length: WAKE_TRIALS }, () => hand);
    return judge(await runPlanted(source, trial.runtime, hands, trial.silenceMs, WAKE_TRIAL));
  }
  for (const cell of CELLS) {
    const how = await attempt(mutation, trial, source, cell, 1);
    if (how !== null) return how;
  }
  return null;
}

async function caughtByChance(
  mutation: Mutation,
  trial: Trial,
  source: PlantedSource,
): Promise<string | null> {
  const { runtime, seeds, once } = trial;
  let caught = 0;
  let last = "";
  for (let seed = 1; seed <= seeds; seed++) {
    const how = await attempt(mutation, trial, source, CELLS[1], seed);
    if (how === null) continue;
    if (once) return `seed ${seed}, ${how}`;
    caught++;
    last = how;
  }
  const share = `${caught} of ${seeds} seeds`;
  if (caught >= seeds - 1) return `${share}, at last by ${last}`;
  console.log(`${runtime.label} ${mutation.subject}, ${mutation.name}: only ${share}`);
  return null;
}

async function attempt(
  { subject, hangs }: Mutation,
  { runtime, silenceMs }: Trial,
  source: PlantedSource,
  cell: (typeof CELLS)[number],
  seed: number,
): Promise<string | null> {
  const how = judge(await runPlanted(source, runtime, specOf(subject, cell, seed), silenceMs));
  // A cell that only hangs proves nothing about the verdicts, unless the mutation can do nothing else.
  return how === "the watchdog" && !hangs ? null : how;
}

/**
 * What showed that something is wrong: a run's verdict, the second pass, an error or the watchdog; null if nothing did.
 */
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
  const { subject: name, params } = handOf(text);
  return cellTask({ name, params }, {
    ...cell,
    capacity: 4 * 2 ** 20,
    seed,
    listener: null,
    storeBytes: 16 * 2 ** 20,
    runId: "mutation",
  });
}

/** Splits `channel:drain=batch` into the subject's name and its parameters. */
function handOf(text: string): { subject: string; params: Record<string, string> } {
  const [subject, params = ""] = text.split(":");
  const pairs = params.split(";").filter(Boolean).map((pair) => pair.split("="));
  return { subject, params: Object.fromEntries(pairs) };
}
