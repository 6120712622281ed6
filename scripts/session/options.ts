/** The options of `bench`: read, checked, and turned into what the plan is made from. */
import { availableParallelism, totalmem } from "node:os";
import { type Command, Option } from "commander";
import { type Spacing, SPACINGS } from "../../bench/latency/arrivals.ts";
import type { SlowReading } from "../../bench/wire/slow_reader.ts";
import { MAX_TRAILER_PRODUCERS } from "../../bench/wire/header.ts";
import { LONGEST_LINE, SHORTEST_LINE, type Workload } from "../../bench/workload/lines.ts";
import { command, refuse } from "../cli/command.ts";
import { powersOfTwo } from "../cli/values.ts";
import { requireFreeBaseline } from "../results/baselines.ts";
import { recordedArguments, refuseBesideResume, refuseRecordedPaths } from "./arguments.ts";
import { parseCpus } from "../processes/pinning.ts";
import type { OpenLoad } from "../results/load.ts";
import type { MessageSize } from "../results/message_size.ts";
import { parseSubjects } from "../results/subjects.ts";
import type { BenchOptions, Defaults } from "./bench_options.ts";
import { BRANCHES, MAIN_WAY } from "./explanation.ts";
import {
  BUDGET_ROUNDS,
  DEFAULT_RUN_TIME_MS,
  OPEN_RUN_TIME_MS,
  OPTION_TABLE,
  SHARED_SHARE,
  SWEEP_SHARES,
} from "./option_table.ts";

const PRODUCERS = [1, 16, 256, 1_024, 8_192];
const PRESETS = {
  default: { producers: PRODUCERS, rounds: 8 },
  quick: { producers: [16, 256], rounds: 1 },
  full: { producers: powersOfTwo(1, 8_192), rounds: 20 },
  post: { producers: PRODUCERS, rounds: 8 },
  explain: { producers: [512], rounds: 8 },
};
const PRESET_FLAGS = ["quick", "full", "post", "explain"] as const;
/** Messages of each producer, as in the post. */
const POST_MESSAGES = 1_000;
const LINES: MessageSize = { least: SHORTEST_LINE, most: LONGEST_LINE };
/** How many runs a pilot may need within one time limit. */
const PILOT_SHARE = 10;
const TIMEOUT_MS = { default: 120_000, post: 4_000 };

/** Printed after the options in the help of `bench`. */
export const EXAMPLES = `
Examples:
  npm run bench -- --quick                         a first look, under a minute
  npm run bench -- --full                          all P to 8192, twenty rounds
  npm run bench -- --post                          1,000 messages each
  npm run bench -- --producers 1024 --budget 5m --save before
  npm run bench -- --strategies swap-buffer,channel:drain=batch --producers 1024
  npm run bench -- --message-size 64 --runtimes bun,node=system
  npm run bench -- --load 50% --message-size 64    how long messages wait
  npm run bench -- --sweep --message-size 64       waits at several rates
  npm run bench -- --explain                       from slowest to fastest
  npm run bench -- --total 1e6 --producers 64,8192 --workers 1,2,4
  npm run bench -- --listener 192.0.2.7:7070      a listener elsewhere
  npm run bench -- --resume results/2026-01-31T12-00-00Z

"deno task bench" and "bun run bench" take the same options.
Exit codes: 0 all verified, 1 some cell failed or every one was skipped, 2 bad
usage, 130 or 143 interrupted.`;

const BENCH: Defaults = {
  description: "Run the fan-in suite under Deno, Bun and Node, verify every message, and compare.",
  strategies: null,
  ...PRESETS.default,
  budgetMs: 180_000,
};

/** @throws {UsageError} with one line that says what to do */
export function readOptions(
  name: string,
  argv: readonly string[],
  defaults: Defaults = BENCH,
): BenchOptions {
  const program = programOf(name, defaults).parse(argv as string[]);
  const given = program.opts();
  if (given.resume !== undefined) return resumed(name, program);
  refuse(
    given.allowChangedEnvironment === true && "--allow-changed-environment belongs to --resume",
  );
  if (given.save !== undefined) requireFreeBaseline(given.save);
  refuse(given.out?.trim() === "" && "--out is empty; name a folder or leave it out");
  const preset = PRESET_FLAGS.find((name) => given[name]) ?? "default";
  const strategies = preset === "explain"
    ? [...MAIN_WAY, ...BRANCHES].map(({ subject }) => subject).join(",")
    : defaults.strategies;
  const timeoutMs = given.timeout ?? TIMEOUT_MS[preset === "post" ? "post" : "default"];
  const loads = loadsOf(given);
  const workload = workloadOf(given, program);
  const runTimeMs = given.runTime ?? openRunTimeMs(loads) ?? DEFAULT_RUN_TIME_MS;
  const sizes: MessageSize[] = given.messageSize;
  refuse(
    loads.length > 0 && sizes.some(isMix) &&
      "an open loop sends messages of one size: give --message-size 64, say, and no mix",
    loads.length > 0 && sizes.some(isOneByte) &&
      "an open loop must tell its messages apart: give --message-size 8 or more, such as 64",
    preset !== "post" && PILOT_SHARE * runTimeMs > timeoutMs &&
      `--run-time takes at most a tenth of --timeout (${
        timeoutMs / 1_000
      }s): the pilot needs ten runs`,
  );
  const isWork = workload === "domains generated" || given.workUs.some((us: number) => us > 0);
  const subjects = parseSubjects(given.strategies ?? strategies, given.overflow, isWork);
  if (subjects.some(({ params }) => "overflow" in params)) refuseBesideDropping(given);
  const cpus = given.cpus === undefined ? null : parseCpus(given.cpus);
  const { producers, rounds } = preset === "default" ? defaults : PRESETS[preset];
  return {
    runtimes: given.runtimes,
    clients: given.client,
    subjects,
    producers: given.producers ?? producers,
    workers: given.workers ?? [cpus?.length ?? availableParallelism()],
    runTimeMs,
    loads,
    messages: given.messages ??
      (preset === "post" && given.total === undefined ? POST_MESSAGES : null),
    total: given.total ?? null,
    messageSizes: workload === "bytes" ? sizes : [LINES],
    workload,
    workUs: given.workUs,
    cpus,
    turn: given.turn,
    capacity: given.capacity,
    rounds: given.rounds ?? (given.budget === undefined ? rounds : BUDGET_ROUNDS),
    budgetMs: given.budget ??
      (preset === "default" && given.rounds === undefined ? defaults.budgetMs : null),
    sameWithin: given.sameWithin,
    seed: given.seed,
    timeoutMs,
    memoryBytes: given.memoryLimit ?? Math.floor(totalmem() / 2),
    out: given.out ?? null,
    resume: null,
    save: given.save ?? null,
    report: given.report,
    allowChangedEnvironment: false,
    listener: given.listener ?? null,
    listenerRuntime: given.listenerRuntime,
    storeBytes: given.store,
    sink: given.sink,
    preset,
    allowSkipped: given.allowSkipped ?? false,
    dryRun: given.dryRun ?? false,
    list: given.list ?? false,
  };
}

/** Dropped messages are announced per producer, so a message must name its producer. @throws {UsageError} */
function refuseBesideDropping(given: Record<string, unknown>): void {
  const sizes = given.messageSize as MessageSize[];
  const producers = given.producers as number[] | undefined ?? [];
  refuse(
    given.workload !== "bytes" &&
      "a hand-off that drops is proven with messages of one size: leave --workload out",
    (given.load !== undefined || given.sweep === true) &&
      "--load and --sweep are shares of what a cell can deliver, and one that drops has no such limit: give --rate",
    sizes.some(isMix) &&
      "a hand-off that drops is proven with messages of one size: give --message-size 64, say, and no mix",
    sizes.some(isOneByte) &&
      "a hand-off that drops needs messages that name their producer: give --message-size 8 or more, such as 64",
    producers.some((count) => count > MAX_TRAILER_PRODUCERS) &&
      `a hand-off that drops takes at most ${MAX_TRAILER_PRODUCERS} producers`,
  );
}

function isMix({ least, most }: MessageSize): boolean {
  return least < most;
}

function isOneByte({ most }: MessageSize): boolean {
  return most === 1;
}

function workloadOf(given: Record<string, unknown>, program: Command): Workload {
  const workload = given.workload as Workload;
  const isOpen = given.load !== undefined || given.rate !== undefined || given.sweep === true;
  const isOwnLength = workload !== "bytes";
  refuse(
    given.generate === true && workload !== "domains" &&
      "--generate makes look-alike domains: give --workload domains",
    isOwnLength && program.getOptionValueSource("messageSize") !== "default" &&
      `--workload ${workload} has lengths of its own: leave --message-size out`,
    isOwnLength && isOpen &&
      `an open loop sends messages of one size: leave --workload ${workload} out, or --load and --rate`,
  );
  return given.generate ? "domains generated" : workload;
}

/** Long enough for two periods of a stall; null at full load. */
function openRunTimeMs(loads: readonly OpenLoad[]): number | null {
  if (loads.length === 0) return null;
  return Math.max(OPEN_RUN_TIME_MS, 2 * (loads[0].reading?.stall?.everyMs ?? 0));
}

function loadsOf(
  { load, rate, sweep, pacing, stall, drainRate, consumerWorkUs = 0, sink }: Record<
    string,
    unknown
  >,
): OpenLoad[] {
  const isOpen = load !== undefined || rate !== undefined || sweep === true;
  const isSlow = stall !== undefined || drainRate !== undefined;
  const reading = isSlow
    ? { stall: stall ?? null, bytesPerS: drainRate ?? null } as SlowReading
    : null;
  refuse(
    pacing !== SPACINGS[0] && !isOpen &&
      "--pacing says when the messages of an open loop come: give --load, --rate or --sweep",
    consumerWorkUs !== 0 && !isOpen &&
      "--consumer-work-us needs a rate that goes on: give --load, --rate or --sweep",
    isSlow && !isOpen &&
      "--stall and --drain-rate need a rate that goes on: give --load, --rate or --sweep",
    isSlow && sink === "none" &&
      "--stall and --drain-rate slow a listener down, and --sink none has none",
  );
  const common = {
    spacing: pacing as Spacing,
    consumerWorkUs: consumerWorkUs as number,
    reading,
  };
  if (rate !== undefined) return (rate as number[]).map((ratePerS) => ({ ratePerS, ...common }));
  if (sweep === true) {
    const own = SWEEP_SHARES.map((share): OpenLoad => ({ share, of: "own", ...common }));
    return [...own, { share: SHARED_SHARE, of: "slowest", ...common }];
  }
  return (load as number[] | undefined ?? []).flatMap((share): OpenLoad[] => [
    { share, of: "own", ...common },
    { share, of: "slowest", ...common },
  ]);
}

function programOf(name: string, defaults: Defaults): Command {
  const program = command(name, defaults.description);
  for (const spec of OPTION_TABLE) {
    const { flags, help, parse, default: value, defaultWords, choices, conflicts } = spec;
    const option = new Option(flags, typeof help === "string" ? help : help(defaults));
    if (parse !== undefined) option.argParser(parse);
    if (choices !== undefined) option.choices(choices);
    if (value !== undefined) option.default(value, defaultWords);
    if (conflicts !== undefined) option.conflicts(conflicts);
    program.addOption(option);
  }
  return program.addHelpText("after", name === "bench" ? EXAMPLES : "");
}

/** The plan of the folder, and everything else from this command line. */
function resumed(name: string, program: Command): BenchOptions {
  const given = program.opts();
  const anew = refuseBesideResume(program);
  const begun = recordedArguments(name, given.resume);
  refuseRecordedPaths(begun, anew, given.resume);
  return {
    ...readOptions(name, ["", "", ...begun, ...anew]),
    // They replace those of the plan, because an option that may be repeated would add to them.
    clients: given.client,
    resume: given.resume,
    save: given.save ?? null,
    memoryBytes: given.memoryLimit ?? Math.floor(totalmem() / 2),
    report: given.report,
    allowChangedEnvironment: given.allowChangedEnvironment ?? false,
    allowSkipped: given.allowSkipped ?? false,
    dryRun: given.dryRun ?? false,
  };
}
