/**
 * The options of `bench` and its relatives, one entry each. From here follows what commander reads, what the help says,
 * what the plan of a folder records, what may be given with `--resume`, and what `compare` regards as a difference.
 */
import { resolve } from "node:path";
import { Option } from "commander";
import { SPACINGS } from "../../bench/latency/arrivals.ts";
import { MAX_PRODUCERS } from "../../bench/wire/header.ts";
import { DEFAULT_CAPACITY, MAX_MESSAGE_BYTES } from "../../strategies/strategy.ts";
import { byteSize, count, list, percentage, timeSpan } from "../cli/values.ts";
import { parseClient } from "../processes/clients.ts";
import {
  DEFAULT_RUNTIMES,
  formatRuntime,
  hasPath,
  parseRuntime,
  splitRuntimes,
} from "../processes/runtimes.ts";
import { sizeTitle } from "../results/message_size.ts";
import { MAX_MESSAGES } from "../results/plan.ts";
import { SAME_WITHIN } from "../statistics/call.ts";
import type { BenchOptions, Defaults } from "./bench_options.ts";
import { address, byteRate, messageSizes, rates, shares, stall } from "./option_values.ts";

export const DEFAULT_RUN_TIME_MS = 10;
/** The default for a run in an open loop. */
export const OPEN_RUN_TIME_MS = 50;
/**
 * The longest work of a consumer on one batch, or of a producer on one message: longer work would look like a dead
 * thread.
 */
const MOST_WORK_US = 100_000;
/**
 * Shares of the cell's own throughput at full load in `--sweep`. At 100 % a queue grows without end, and its waits show
 * how long the run was.
 */
export const SWEEP_SHARES = [0.1, 0.25, 0.5, 0.75, 0.9];
/** Share of the slowest cell's throughput in `--sweep`. `empty` then shows what a run takes apart from its messages. */
export const SHARED_SHARE = 0.5;
/** The fewest rounds under a budget, where no number is given. */
export const BUDGET_ROUNDS = 3;

export interface OptionSpec {
  /** What it sets in `BenchOptions`, where that has another name than the option. */
  key?: keyof BenchOptions;
  /** In the form that commander reads and the help shows. */
  flags: string;
  help: string | ((defaults: Defaults) => string);
  /** Turns text into a value; throws commander's error where that is impossible. */
  parse?: (text: string, before: unknown) => unknown;
  default?: unknown;
  /** The default in the form that the help shows, where that is not the value itself. */
  defaultWords?: string;
  choices?: readonly string[];
  /** Other options that cannot be given with it. */
  conflicts?: string[];
  /**
   * What a plan records, so that it reads as the same value on any machine, whatever the defaults are there: the
   * argument, several where it is given several times, true for the flag alone, null for nothing. Left out where the
   * option does not affect what is measured.
   */
  recorded?: (options: BenchOptions) => string | number | boolean | string[] | null;
  /** It may be given with `--resume`; where it is recorded, too, it replaces what the plan says. */
  besideResume?: true;
  /** It is recorded, and may all the same be changed when a session is resumed. */
  mayChange?: true;
  /** It may change a time although the cells have the same key, so `compare` insists that it is the same. */
  confounds?: true;
}

export const OPTION_TABLE: readonly OptionSpec[] = [
  {
    flags: "--runtimes <list>",
    help:
      "deno, bun, node; each may be =pinned, =system or =/path, or have a name: before=deno:/path",
    default: DEFAULT_RUNTIMES,
    recorded: ({ runtimes }) => splitRuntimes(runtimes).map(withWholePath).join(","),
    besideResume: true,
  },
  {
    key: "clients",
    flags: "--client <name=path>",
    help: "a program in another language to measure, too (docs/clients.md); may be repeated",
    parse: (text, before) => [...before as string[], text],
    default: [],
    defaultWords: "none",
    recorded: ({ clients }) => clients.length === 0 ? null : clients.map(withWholeProgram),
    besideResume: true,
  },
  {
    key: "subjects",
    flags: "--strategies <list>",
    help: ({ strategies }) =>
      "strategies and controls, with parameters as name:key=value; peers: what people would " +
      `use instead (default: ${strategies ?? "all but peers"})`,
    recorded: ({ subjects }) =>
      subjects.map(({ entry, params }) =>
        [entry.name, ...Object.entries(params).map(([key, value]) => `${key}=${value}`)].join(":")
      ).join(","),
  },
  {
    flags: "--producers <list>",
    help: ({ producers }) =>
      "logical producers: a list, or 1..8192 for the powers of two (default: " +
      `${producers.join(",")})`,
    parse: list([1, MAX_PRODUCERS], "1,16,256, or 1..8192"),
    recorded: ({ producers }) => producers.join(","),
  },
  {
    flags: "--workers <list>",
    help: "Worker threads (default: the number of cores, or of --cpus)",
    parse: list([1, 128], "1,2,4, or 1..16"),
    recorded: ({ workers }) => workers.join(","),
  },
  {
    flags: "--cpus <list>",
    help: "pin the measured processes and the listener to these, as 0,1 or 0-3",
    recorded: ({ cpus }) => cpus?.join(",") ?? null,
    confounds: true,
  },
  {
    key: "runTimeMs",
    flags: "--run-time <time>",
    help: "how long a run should take; 1.5 µs are added for each producer, and the pilot chooses " +
      `the number of messages (default: ${DEFAULT_RUN_TIME_MS}ms; of an open loop ${OPEN_RUN_TIME_MS}ms, with --stall two periods)`,
    parse: timeSpan(1, 60_000),
    conflicts: ["messages", "total"],
    recorded: ({ runTimeMs, messages, total }) =>
      messages === null && total === null ? `${runTimeMs}ms` : null,
  },
  {
    flags: "--messages <number>",
    help: "messages per producer, the same for all cells, in place of --run-time",
    parse: count(1, MAX_MESSAGES),
    conflicts: ["total"],
    recorded: ({ messages }) => messages,
  },
  {
    flags: "--total <number>",
    help: `messages of all producers together; at most ${MAX_MESSAGES} a producer`,
    parse: count(1),
    recorded: ({ total }) => total,
  },
  {
    key: "messageSizes",
    flags: "--message-size <list>",
    help: "bytes per message: 1, or 8 to 64KiB; 16..4096 is a mix of lengths from 16 to 4096",
    parse: messageSizes(MAX_MESSAGE_BYTES),
    default: [{ least: 1, most: 1 }],
    defaultWords: "1",
    recorded: ({ messageSizes, workload }) =>
      workload === "bytes" ? messageSizes.map(sizeTitle).join(",") : null,
  },
  {
    flags: "--workload <workload>",
    help: "messages of one size; or JSON lines of 40 to 400 bytes: look-alike domains, or filler " +
      "of the same lengths",
    choices: ["bytes", "domains", "filler"],
    default: "bytes",
    recorded: ({ workload }) =>
      workload === "bytes" ? null : workload === "filler" ? workload : "domains",
  },
  {
    key: "workload",
    flags: "--generate",
    help: "make the lines of --workload domains while the clock runs",
    recorded: ({ workload }) => workload === "domains generated" ? true : null,
  },
  {
    flags: "--work-us <list>",
    help: "µs that a producer works before each message, such as 0,1,10; the control no-handoff " +
      "then shows the same work without a hand-off",
    parse: list([0, MOST_WORK_US], "0,10,100, or 1..64"),
    default: [0],
    defaultWords: "0",
    conflicts: ["load", "rate", "sweep"],
    // An open loop refuses this option, even with its default.
    recorded: ({ workUs, loads }) => loads.length > 0 ? null : workUs.join(","),
  },
  {
    flags: "--turn <number>",
    help: "messages of a producer before its Worker turns to the next; 0: all",
    parse: count(0, 2 ** 31 - 1),
    default: 0,
    // An open loop refuses this option, even with its default.
    recorded: ({ turn, loads }) => loads.length > 0 ? null : turn,
  },
  {
    key: "loads",
    flags: "--load <list>",
    help: "open loop: how long messages wait at this share of each cell's own throughput at full " +
      "load, and at the same share of the slowest cell's, where all are compared; such as 25%,50%",
    parse: shares,
    conflicts: ["rate", "sweep", "messages", "total", "turn", "post", "explain"],
    recorded: ({ loads }) => {
      if (isSweep(loads)) return null;
      const own = loads.flatMap((load) => "share" in load && load.of === "own" ? load.share : []);
      return own.length === 0 ? null : own.map((share) => `${share * 100}%`).join(",");
    },
  },
  {
    key: "loads",
    flags: "--rate <list>",
    help:
      "open loop: how long messages wait at this rate (messages/s) of all producers together, " +
      "such as 20k,200k",
    parse: rates,
    conflicts: ["messages", "total", "turn", "post", "explain"],
    recorded: ({ loads }) => {
      const given = loads.flatMap((load) => "ratePerS" in load ? load.ratePerS : []);
      return given.length === 0 ? null : given.join(",");
    },
  },
  {
    key: "loads",
    flags: "--sweep",
    help: `open loop: a curve of waits over rates, at ${
      SWEEP_SHARES.map((share) => share * 100).join(", ")
    } % of each cell's own throughput at full load, and at ${
      SHARED_SHARE * 100
    } % of the slowest cell's, where all are compared`,
    conflicts: ["load", "rate", "messages", "total", "turn", "post", "explain"],
    recorded: ({ loads }) => isSweep(loads),
  },
  {
    key: "loads",
    flags: "--pacing <pacing>",
    help:
      "when messages of an open loop are due: as from independent users (exponential), evenly, " +
      "in bursts of 20 ms, from producers that join and leave (staggered), or ever faster (ramp)",
    choices: SPACINGS,
    default: SPACINGS[0],
    recorded: ({ loads }) =>
      loads.length === 0 || loads[0].spacing === SPACINGS[0] ? null : loads[0].spacing,
  },
  {
    key: "loads",
    flags: "--stall <time/period>",
    help:
      "open loop: the listener reads nothing for the last part of every period, such as 200ms/1s",
    parse: stall,
    recorded: ({ loads }) => {
      const { stall } = loads[0]?.reading ?? { stall: null };
      return stall === null ? null : `${stall.forMs}ms/${stall.everyMs}ms`;
    },
  },
  {
    key: "loads",
    flags: "--drain-rate <rate>",
    help: "open loop: the listener reads at most so many bytes per second, such as 50MB/s",
    parse: byteRate,
    recorded: ({ loads }) => {
      const { bytesPerS } = loads[0]?.reading ?? { bytesPerS: null };
      return bytesPerS === null ? null : `${bytesPerS}B/s`;
    },
  },
  {
    key: "loads",
    flags: "--consumer-work-us <number>",
    help: "open loop: µs that the consumer works on each batch of bytes that it receives",
    parse: count(1, MOST_WORK_US),
    recorded: ({ loads }) => loads[0]?.consumerWorkUs || null,
  },
  {
    flags: "--capacity <bytes>",
    help: "bytes of messages that may wait in a hand-off, the same for all strategies",
    parse: byteSize(1),
    default: DEFAULT_CAPACITY,
    recorded: ({ capacity }) => capacity,
  },
  {
    // It is recorded with the strategies, since it is a parameter of theirs.
    key: "subjects",
    flags: "--overflow <mode>",
    help: "what a full hand-off does: block its producers or, where a strategy can, drop " +
      "messages and announce them; runs that may drop enter no comparison",
    choices: ["block", "drop-newest", "drop-oldest"],
    default: "block",
  },
  {
    flags: "--rounds <number>",
    help: ({ rounds }) =>
      `processes per cell (default: ${rounds}; with --budget at least ${BUDGET_ROUNDS})`,
    parse: count(1, 10_000),
    recorded: ({ rounds }) => rounds,
  },
  {
    key: "budgetMs",
    flags: "--budget <time>",
    help: ({ budgetMs, rounds }) =>
      "time to spend, such as 90s, 5m, 1h, in whole rounds" +
      (budgetMs === null
        ? ""
        : ` (default: ${rounds} rounds, and as many more as fit into ${budgetMs / 60_000}m)`),
    parse: timeSpan(1, 86_400_000),
    recorded: ({ budgetMs }) => budgetMs === null ? null : `${budgetMs}ms`,
  },
  {
    flags: "--same-within <percent>",
    help: "call two the same if their corrected interval lies within this much of 1",
    parse: (text) => percentage(text) / 100,
    default: SAME_WITHIN,
    defaultWords: `${SAME_WITHIN * 100}%`,
    recorded: ({ sameWithin }) => `${sameWithin * 100}%`,
  },
  {
    flags: "--seed <number>",
    help: "order of the cells, content of the messages, and when they are due",
    parse: count(0, 2 ** 32 - 1),
    default: 1,
    recorded: ({ seed }) => seed,
  },
  {
    key: "timeoutMs",
    flags: "--timeout <time>",
    help: "such as 500ms, 30s, 2m: a cell that takes longer is stopped, or skipped where the " +
      "pilot can foresee it (default: 2m)",
    parse: timeSpan(1, 86_400_000),
    recorded: ({ timeoutMs }) => `${timeoutMs}ms`,
    besideResume: true,
    mayChange: true,
  },
  {
    key: "memoryBytes",
    flags: "--memory-limit <bytes>",
    help: "a measured process that takes more is stopped (Linux; default: half of the machine's)",
    parse: byteSize(1),
    besideResume: true,
  },
  {
    flags: "--out <folder>",
    help: "where the results go (default: results/<UTC time>)",
  },
  {
    flags: "--save <name>",
    help: "keep the results as a baseline, for compare",
    besideResume: true,
  },
  {
    flags: "--no-report",
    help: "write no charts and pages",
    besideResume: true,
  },
  {
    flags: "--resume <folder>",
    help: "resume an interrupted session: the same plan, only what is missing",
    besideResume: true,
  },
  {
    flags: "--allow-changed-environment",
    help: "resume although versions or the machine have changed",
    besideResume: true,
  },
  {
    flags: "--listener <host:port>",
    help: "use a listener that is already running",
    parse: address,
    recorded: ({ listener }) =>
      listener === null ? null : `${bracketed(listener.host)}:${listener.port}`,
    confounds: true,
  },
  {
    flags: "--listener-runtime <runtime>",
    help: "runtime of the listener that is started",
    default: "node",
    recorded: ({ listenerRuntime }) => withWholePath(listenerRuntime),
    besideResume: true,
  },
  {
    flags: "--sink <sink>",
    help: "tcp, or none: verify in the consumer's process, without a socket",
    choices: ["tcp", "none"],
    default: "tcp",
    conflicts: ["listener"],
    recorded: ({ sink }) => sink === "none" ? "none" : null,
  },
  {
    key: "storeBytes",
    flags: "--store <bytes>",
    help: "runs up to this size are checked after the clock has stopped",
    parse: byteSize(1),
    default: 256 * 2 ** 20,
    recorded: ({ storeBytes }) => storeBytes,
    confounds: true,
  },
  {
    key: "preset",
    flags: "--quick",
    help: "16 and 256 producers, one round: a first look",
    conflicts: ["full", "explain", "post"],
  },
  {
    key: "preset",
    flags: "--full",
    help: "1 to 8192 producers, twenty rounds",
    conflicts: ["explain", "post"],
  },
  {
    key: "preset",
    flags: "--post",
    help:
      "as the blog post measured that the suite began with: 1000 messages of each producer, eight rounds, --timeout 4s",
    conflicts: ["explain", "runTime"],
  },
  {
    key: "preset",
    flags: "--explain",
    help:
      "the way from the slowest strategy to the fastest, one change at a time (512 producers, eight rounds)",
    recorded: ({ preset }) => preset === "explain",
  },
  {
    flags: "--allow-skipped",
    help: "end with 0 although every cell was skipped",
    besideResume: true,
  },
  {
    flags: "--dry-run",
    help: "show the plan and stop",
    besideResume: true,
  },
  {
    flags: "--list",
    help: "show the strategies, the controls and their parameters, and stop",
  },
];

/** The long flag: `--producers` for `--producers <list>`. */
export function longFlag({ flags }: OptionSpec): string {
  return flags.split(" ")[0];
}

/** The name that commander gives the value: `workUs` for `--work-us`. */
export function attributeOf({ flags }: OptionSpec): string {
  return new Option(flags).attributeName();
}

/** What an option sets in `BenchOptions`. */
export function keyOf(spec: OptionSpec): keyof BenchOptions {
  return spec.key ?? attributeOf(spec) as keyof BenchOptions;
}

/** Options that cannot change when a session is resumed. */
export const FIXED_BY_PLAN: ReadonlySet<string> = keys((spec) =>
  spec.recorded !== undefined && !spec.mayChange
);

/** Options that may change a time without being part of a cell's key. */
export const CONFOUNDING: ReadonlySet<string> = keys((spec) => spec.confounds === true);

function keys(which: (spec: OptionSpec) => boolean): ReadonlySet<string> {
  return new Set(OPTION_TABLE.filter(which).map(keyOf));
}

/** `--load` has as many shares of the slowest cell's throughput as of the cell's own, and `--sweep` has fewer. */
function isSweep(loads: BenchOptions["loads"]): boolean {
  const count = (of: "own" | "slowest") =>
    loads.filter((load) => "share" in load && load.of === of).length;
  return count("own") > count("slowest");
}

/** A whole path is right whatever folder the session is resumed in. */
function withWholePath(item: string): string {
  const asked = parseRuntime(item);
  return hasPath(asked) ? formatRuntime({ ...asked, source: resolve(asked.source) }) : item.trim();
}

function withWholeProgram(item: string): string {
  const { name, path } = parseClient(item);
  return `${name}=${resolve(path)}`;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
