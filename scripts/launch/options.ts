/** The options of `bench`: read, checked, and turned into what the plan is made from. */
import { availableParallelism } from "node:os";
import { Option } from "commander";
import { DEFAULT_CAPACITY, MAX_MESSAGE_BYTES } from "../../strategies/strategy.ts";
import { byteSize, command, percentage, timeSpan, UsageError, wholeNumber } from "../command.ts";
import { requireFreeBaseline } from "../results/baselines.ts";
import { recordedArguments, refuseBesideResume, refuseRecordedPaths } from "./arguments.ts";
import { parseCpus } from "./pinning.ts";
import { MAX_MESSAGES } from "./plan.ts";
import { DEFAULT_RUNTIMES } from "./runtimes.ts";
import { parseSubjects, type SubjectChoice } from "./subjects.ts";

/** `tcp`: to the listener. `none`: the consumer keeps and checks the messages, and no socket is used. */
export type Sink = "tcp" | "none";

export interface BenchOptions {
  runtimes: string;
  subjects: SubjectChoice[];
  producers: number[];
  workers: number[];
  /** A producer; null = the default of 1,000, less where a run would not fit the store. */
  messages: number | null;
  /** All producers together, instead of `messages`. */
  total: number | null;
  messageBytes: number[];
  /** On which the measured processes and the listener run; null: wherever the system likes. */
  cpus: number[] | null;
  turn: number;
  capacity: number;
  /** Processes a cell; with a budget the least. */
  rounds: number;
  /** Time for all of it, in which cells with wide intervals get more rounds; null: `rounds` it is. */
  budgetMs: number | null;
  /** Relative half-width at which a cell needs no more rounds. */
  precision: number;
  seed: number;
  timeoutMs: number;
  out: string | null;
  /** A folder whose plan is to be gone on with; all that measures is taken from there. */
  resume: string | null;
  /** The name of the baseline that the results become, or null. */
  save: string | null;
  /** Whether charts and pages are written, too. */
  report: boolean;
  allowChangedEnvironment: boolean;
  /** One that runs already, or null to start one. */
  listener: { host: string; port: number } | null;
  listenerRuntime: string;
  storeBytes: number;
  sink: Sink;
  /** End with 0 although every cell was skipped. */
  allowSkipped: boolean;
  preset: "default" | "quick" | "full";
  dryRun: boolean;
  list: boolean;
}

const PRESETS = {
  default: { producers: [1, 16, 256], rounds: 3 },
  quick: { producers: [16, 256], rounds: 1 },
  full: { producers: range(1, 8_192), rounds: 5 },
};
/** The least rounds under a budget, where nobody says otherwise. */
const BUDGET_ROUNDS = 3;
const MAX_PRODUCERS = 1 << 20;

const EXAMPLES = `
Examples:
  npm run bench -- --quick                         a first look, under a minute
  npm run bench -- --producers 1..8192 --rounds 5  the post's axis
  npm run bench -- --producers 1024 --budget 5m --save before
  npm run bench -- --strategies swap-buffer,channel:drain=batch --producers 1024
  npm run bench -- --message-size 64 --runtimes bun,node=system
  npm run bench -- --total 1000000 --producers 64,8192 --workers 1,2,4
  npm run bench -- --listener 192.0.2.7:7070      a listener elsewhere
  npm run bench -- --resume results/2026-01-31T12-00-00Z

"deno task bench" and "bun run bench" take the same options.
Exit codes: 0 all verified, 1 some cell failed or every one was skipped, 2 bad
usage, 130 or 143 interrupted.`;

/** What a command measures where nobody says otherwise. */
export interface Defaults {
  description: string;
  /** Null: all strategies and controls in their variants. */
  strategies: string | null;
  producers: number[];
  rounds: number;
  /** Null: `rounds`, and no more. */
  budgetMs: number | null;
}

const BENCH: Defaults = {
  description: "Run the fan-in suite under Deno, Bun and Node, verify every message, and compare.",
  strategies: null,
  ...PRESETS.default,
  budgetMs: 120_000,
};

/** @throws {UsageError} with one line on what to do */
export function readOptions(
  name: string,
  argv: readonly string[],
  defaults: Defaults = BENCH,
): BenchOptions {
  const program = command(name, defaults.description)
    .option(
      "--runtimes <list>",
      "deno, bun, node; each may be =pinned, =system or =/path",
      DEFAULT_RUNTIMES,
    )
    .option(
      "--strategies <list>",
      "strategies and controls, with parameters as name:key=value (default: all)",
    )
    .option("--producers <list>", "logical producers: 1,16,256 or 1..8192 for the powers of two")
    .option("--workers <list>", "Worker threads (default: the number of cores)")
    .option("--cpus <list>", "pin the measured processes and the listener to these, as 0,1 or 0-3")
    .addOption(
      new Option(
        "--messages <number>",
        "messages a producer (default: 1000, less if they would not fit the store)",
      )
        .argParser(wholeNumber(1, MAX_MESSAGES)).conflicts("total"),
    )
    .option(
      "--total <number>",
      `messages of all producers together; at most ${MAX_MESSAGES} a producer`,
      wholeNumber(1),
    )
    .option("--message-size <list>", "bytes a message: 1, or 8 to 65536", "1")
    .option(
      "--turn <number>",
      "messages of a producer before its Worker turns to the next; 0: all",
      wholeNumber(0, 2 ** 31 - 1),
      0,
    )
    .option(
      "--capacity <bytes>",
      "payload that may wait in a hand-off, the same for all",
      byteSize(1),
      DEFAULT_CAPACITY,
    )
    .option(
      "--rounds <number>",
      `processes a cell${
        defaults.budgetMs === null ? ` (default: ${defaults.rounds})` : "; with --budget the least"
      }`,
      wholeNumber(1, 10_000),
    )
    .option(
      "--budget <time>",
      "such as 90s, 5m, 1h: after 3 rounds, more of the cells whose intervals are widest" +
        (defaults.budgetMs === null ? "" : ` (default: ${defaults.budgetMs / 60_000}m)`),
      timeSpan,
    )
    .option(
      "--precision <percent>",
      "half-width of an interval at which a cell needs no more rounds",
      percentage,
      5,
    )
    .option(
      "--seed <number>",
      "order of the cells and content of the messages",
      wholeNumber(0, 2 ** 32 - 1),
      1,
    )
    .option(
      "--timeout <seconds>",
      "a cell that takes longer is stopped, or skipped if that can be told before",
      wholeNumber(1, 86_400),
      120,
    )
    .option("--out <folder>", "where the results go (default: results/<UTC time>)")
    .option("--save <name>", "keep the results as a baseline, for compare")
    .option("--no-report", "write no charts and pages")
    .option(
      "--resume <folder>",
      "go on with an interrupted run: the same plan, what is missing of it",
    )
    .option("--allow-changed-environment", "resume although versions or the machine have changed")
    .option("--listener <host:port>", "use a listener that runs already")
    .option("--listener-runtime <runtime>", "runtime of the listener that is started", "node")
    .addOption(
      new Option(
        "--sink <sink>",
        "tcp, or none: verify in the consumer's process, without a socket",
      )
        .choices(["tcp", "none"]).default("tcp").conflicts("listener"),
    )
    .option(
      "--store <bytes>",
      "runs up to this size are checked after the clock has stopped",
      byteSize(1),
      256 * 2 ** 20,
    )
    .addOption(new Option("--quick", "16 and 256 producers, one round").conflicts("full"))
    .option("--full", "1 to 8192 producers, five rounds")
    .option("--allow-skipped", "end with 0 although every cell was skipped")
    .option("--dry-run", "show the plan and stop")
    .option("--list", "show the strategies, the controls and their parameters, and stop")
    .addHelpText("after", name === "bench" ? EXAMPLES : "")
    .parse(argv as string[]);
  const given = program.opts();
  if (given.resume !== undefined) {
    const anew = refuseBesideResume(program);
    const begun = recordedArguments(name, given.resume);
    refuseRecordedPaths(begun, anew, given.resume);
    const recorded = readOptions(name, ["", "", ...begun, ...anew]);
    return {
      ...recorded,
      resume: given.resume,
      save: given.save ?? null,
      report: given.report,
      allowChangedEnvironment: given.allowChangedEnvironment ?? false,
      dryRun: given.dryRun ?? false,
    };
  }
  if (given.allowChangedEnvironment) {
    throw new UsageError("--allow-changed-environment belongs to --resume");
  }
  if (given.save !== undefined) requireFreeBaseline(given.save);
  if (given.out?.trim() === "") {
    throw new UsageError("--out is empty; name a folder or leave it out");
  }
  const preset = given.quick ? "quick" : given.full ? "full" : "default";
  const cpus = given.cpus === undefined ? null : parseCpus(given.cpus);
  const { producers, rounds } = preset === "default" ? defaults : PRESETS[preset];
  return {
    runtimes: given.runtimes,
    subjects: parseSubjects(given.strategies ?? defaults.strategies),
    producers: given.producers === undefined
      ? producers
      : numberList("--producers", given.producers, [1, MAX_PRODUCERS], "1,16,256, or 1..8192"),
    workers: given.workers === undefined
      ? [cpus?.length ?? availableParallelism()]
      : numberList("--workers", given.workers, [1, 128], "1,2,4, or 1..16"),
    messages: given.messages ?? null,
    total: given.total ?? null,
    messageBytes: messageSizes(given.messageSize),
    cpus,
    turn: given.turn,
    capacity: given.capacity,
    rounds: given.rounds ?? (given.budget === undefined ? rounds : BUDGET_ROUNDS),
    budgetMs: given.budget ??
      (preset === "default" && given.rounds === undefined ? defaults.budgetMs : null),
    precision: given.precision / 100,
    seed: given.seed,
    timeoutMs: given.timeout * 1_000,
    out: given.out ?? null,
    resume: null,
    save: given.save ?? null,
    report: given.report,
    allowChangedEnvironment: false,
    listener: given.listener === undefined ? null : address(given.listener),
    listenerRuntime: given.listenerRuntime,
    storeBytes: given.store,
    sink: given.sink,
    preset,
    allowSkipped: given.allowSkipped ?? false,
    dryRun: given.dryRun ?? false,
    list: given.list ?? false,
  };
}

/** The powers of two from one number to another. */
function range(from: number, to: number): number[] {
  const values = [];
  for (let value = 1; value <= to; value *= 2) if (value >= from) values.push(value);
  return values;
}

/**
 * `1,16,256` or `1..8192`, ascending and each once.
 * @param example what the option takes, for whoever gave something else
 */
function numberList(
  option: string,
  text: string,
  [min, max]: [number, number],
  example: string,
): number[] {
  const values = text.split(",").flatMap((part) => {
    const [from, to, ...rest] = part.trim().split("..").map((end) =>
      /^\d+$/.test(end) ? Number(end) : NaN
    );
    if (rest.length > 0) return [NaN];
    return to === undefined ? [from] : from >= min && to >= from ? range(from, to) : [NaN];
  });
  if (values.length === 0 || !values.every((value) => value >= min && value <= max)) {
    throw new UsageError(
      `${option} ${text}: give whole numbers from ${min} to ${max}, such as ${example} for the powers of two`,
    );
  }
  return [...new Set(values)].sort((a, b) => a - b);
}

function messageSizes(text: string): number[] {
  const sizes = numberList("--message-size", text, [1, MAX_MESSAGE_BYTES], "1,64, or 8..1024");
  const odd = sizes.find((size) => size > 1 && size < 8);
  if (odd !== undefined) {
    throw new UsageError(
      `--message-size ${odd}: a message is 1 byte, or from 8 bytes on, which carry its number`,
    );
  }
  return sizes;
}

function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new UsageError(`--listener ${text}: give host:port, such as 127.0.0.1:7070`);
  }
  return { host: match[1] ?? match[2], port };
}
