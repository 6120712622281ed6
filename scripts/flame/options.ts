/** The options of `profile`. */
import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "commander";
import { onlyInBench } from "../../bench/peers/registry.ts";
import { DEFAULT_CAPACITY, MAX_MESSAGE_BYTES } from "../../strategies/strategy.ts";
import { command, refuse } from "../cli/command.ts";
import { count, timeSpan } from "../cli/values.ts";
import { findRuntime, type Runtime } from "../processes/runtimes.ts";
import { parseSubject, type SubjectChoice } from "../results/subjects.ts";

export interface ProfileOptions {
  /** One strategy, or two to compare. */
  subjects: SubjectChoice[];
  runtime: Runtime;
  producers: number;
  workers: number;
  /** Messages of each producer. */
  messages: number;
  messageBytes: number;
  capacity: number;
  sampleMs: number;
  timeoutMs: number;
  out: string | null;
}

const EXAMPLES = `
Examples:
  npm run profile                        the post's two locks, side by side
  npm run profile -- --strategy sharded-rings:publish=64 --runtime bun
  npm run profile -- --strategy channel:drain=each,channel:drain=batch

Each thread gets a .cpuprofile, which the browsers' developer tools open, and a
flame graph as a page that needs no network.`;

/** @throws {UsageError} with one line that says what to do */
export function readProfileOptions(argv: readonly string[]): ProfileOptions {
  const program = command(
    "profile",
    "Show where the time goes: one cell under a CPU profiler, consumer and Workers.",
  )
    .option(
      "--strategy <list>",
      "one, or two to see side by side, with parameters as name:key=value",
      "swap-buffer,async-lock",
    )
    .option("--runtime <item>", "deno, bun or node; may be =pinned, =system or =/path", "node")
    .option("--producers <number>", "logical producers", count(1, 1 << 20), 1_024)
    .option(
      "--workers <number>",
      "Worker threads (default: the number of cores)",
      count(1, 128),
    )
    .option("--messages <number>", "messages per producer", count(1, 2 ** 31 - 1), 1_000)
    .option("--message-size <number>", "bytes per message: 1, or 8 to 65536", messageSize, 1)
    .option(
      "--seconds <time>",
      "how much of the runs to sample, at least (default: 2s)",
      timeSpan(10, 3_600_000),
    )
    .option(
      "--timeout <time>",
      "such as 30s or 2m: a strategy that takes longer is stopped (default: 2m)",
      timeSpan(1, 86_400_000),
    )
    .option("--out <folder>", "where the files go (default: results/profile-<UTC time>)")
    .addHelpText("after", EXAMPLES)
    .parse(argv as string[]);
  const given = program.opts();
  const options = {
    subjects: parseStrategies(given.strategy),
    runtime: findRuntime(given.runtime),
    producers: given.producers,
    workers: given.workers ?? availableParallelism(),
    messages: given.messages,
    messageBytes: given.messageSize,
    capacity: DEFAULT_CAPACITY,
    sampleMs: given.seconds ?? 2_000,
    timeoutMs: given.timeout ?? 120_000,
    out: given.out ?? null,
  };
  const { messageBytes, capacity, workers } = options;
  refuse(
    ...options.subjects.map(({ entry }) =>
      messageBytes > entry.largestMessage(capacity, workers) &&
      `${entry.name} takes no message of ${messageBytes} bytes; give a smaller --message-size`
    ),
  );
  return options;
}

function parseStrategies(list: string): SubjectChoice[] {
  const subjects = list.split(",").map((item) => parseSubject(item.trim(), "--strategy"));
  const lacks = subjects.map(({ entry: { name } }) => ({ name, lack: onlyInBench(name) }));
  const [one, two] = subjects.map(({ entry, params }) => entry.name + JSON.stringify(params));
  refuse(
    subjects.length > 2 && `--strategy ${list}: give one strategy, or two to see side by side`,
    ...subjects.map(({ entry }) =>
      entry.kind === "control" && `${entry.name} is a control; --strategy takes strategies`
    ),
    ...lacks.map(({ name, lack }) => lack !== null && `--strategy ${name}: ${lack}`),
    one === two && `--strategy ${list}: the two are the same`,
  );
  return subjects;
}

function messageSize(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value === 1 || (value >= 8 && value <= MAX_MESSAGE_BYTES)) return value;
  throw new InvalidArgumentError(`Give 1, or from 8 to ${MAX_MESSAGE_BYTES}.`);
}
