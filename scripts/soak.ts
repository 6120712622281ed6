/** Runs every strategy for a long time under each runtime, checks messages as they arrive, and watches memory. */
import { fileURLToPath } from "node:url";
import { Option } from "commander";
import { onlyInBench } from "../bench/peers/registry.ts";
import { garbageArguments } from "../bench/runtime.ts";
import type { SoakEvent, SoakTask } from "../bench/soak/soak.ts";
import { command, EXIT, refuse, runMain } from "./cli/command.ts";
import { watchInterrupts } from "./cli/interrupt.ts";
import { count, timeSpan } from "./cli/values.ts";
import { jsonLines, runChild } from "./processes/child.ts";
import {
  DEFAULT_RUNTIMES,
  findRuntimes,
  formatRuntime,
  NAME,
  type Runtime,
} from "./processes/runtimes.ts";
import { keepRow, type KeptTable } from "./report/kept_table.ts";
import { judgeSoak, SOAK_HEAD, soakTable } from "./report/soak_row.ts";
import { projectCommit } from "./results/commit.ts";
import { parseSubjects, type SubjectChoice, subjectLabel } from "./results/subjects.ts";

const PROCESS = fileURLToPath(new URL("../bench/soak/process.ts", import.meta.url));
const PAGE = fileURLToPath(new URL("../docs/reliability.md", import.meta.url));
/**
 * Fixes the size of V8's space for new objects, which every thread would otherwise double up to 16 MiB, at moments that
 * are minutes apart.
 */
const STEADY_HEAP = ["--min-semi-space-size=16", "--max-semi-space-size=16"];
/** Added to the time limit (ms): longer than Workers take to start and any run takes to end. */
const GRACE_MS = 120_000;

await runMain("soak", async () => {
  const program = command(
    "soak",
    "Run strategies for a long time, check each message, and check whether memory grows.",
  )
    .option(
      "--messages <number>",
      "stop each strategy and runtime once so many messages have arrived, and --at-least has passed",
      count(1),
      1e9,
    )
    .addOption(
      new Option("--time <time>", "stop after this long, however many have arrived")
        .argParser(timeSpan(100)).default(600_000, "10m"),
    )
    .addOption(
      new Option(
        "--at-least <time>",
        "do not stop before this: memory takes time to settle, and is not judged under a minute",
      ).argParser(timeSpan(0)).default(180_000, "3m"),
    )
    .option("--strategies <list>", "as in bench; all by default")
    .option("--runtimes <list>", "as in bench", DEFAULT_RUNTIMES)
    .option("--seed <number>", "seed for sizes, capacities and content", count(0, 2 ** 32 - 1))
    .option("--write-table", "write the rows into docs/reliability.md")
    .parse(process.argv);
  const { messages, time, atLeast, strategies = null, writeTable } = program.opts();
  const seed: number = program.opts().seed ?? Math.floor(Math.random() * 2 ** 32);
  const choices = parseSubjects(strategies).filter(({ entry }) => entry.kind !== "control");
  const lacks = choices.map(({ entry: { name } }) => ({ name, lack: onlyInBench(name) }));
  refuse(
    choices.length === 0 && `--strategies ${strategies}: controls lose nothing`,
    ...lacks.map(({ name, lack }) => lack !== null && `--strategies ${name}: ${lack}`),
    ...choices.map(({ entry, params }) =>
      "overflow" in params && `--strategies ${entry.name}: what may drop messages loses some`
    ),
  );
  const { runtimes, missing } = findRuntimes(program.opts().runtimes);
  for (const line of missing) console.error(`soak: ${line}; left out`);
  const origin: [string, string] = [
    new Date().toISOString().slice(0, 10),
    projectCommit()?.replace(/^(.{7})[^-]*/, "$1") ?? "unknown",
  ];
  const interrupt = watchInterrupts();
  let failed = false;
  console.log([...SOAK_HEAD, `seed ${seed}`].join(" | "));
  try {
    for (const choice of choices) {
      for (const runtime of runtimes) {
        const label = subjectLabel(choice.entry.name, choice.params);
        const { events, ...outcome } = await soakOne(
          choice,
          runtime,
          { messages, timeMs: time, leastMs: atLeast, seed },
          interrupt.signal,
        );
        if (outcome.end === "interrupted") return interrupt.exitCode()!;
        const { row, problem } = judgeSoak([label, nameOf(runtime)], events, outcome, origin);
        console.log(row.join(" | "));
        if (writeTable) keepRow(PAGE, tableOf(choices, runtimes), row);
        if (problem === null) continue;
        failed = true;
        console.error(
          `soak: ${label} under ${nameOf(runtime)}: ${problem}; again: npm run soak -- ` +
            `--strategies ${label} --runtimes ${askedAs(runtime)} --messages ${messages} ` +
            `--time ${time}ms --at-least ${atLeast}ms --seed ${seed}`,
        );
      }
    }
  } finally {
    interrupt.dispose();
  }
  return failed ? EXIT.failed : EXIT.ok;
});

async function soakOne(
  { entry, params }: SubjectChoice,
  runtime: Runtime,
  limits: Omit<SoakTask, "subject" | "params">,
  signal: AbortSignal,
) {
  const task: SoakTask = { ...limits, subject: entry.name, params };
  const { output, ...outcome } = await runChild(runtime, {
    path: PROCESS,
    args: [JSON.stringify(task)],
    flags: garbageArguments(runtime.kind, STEADY_HEAP),
  }, { timeoutMs: limits.timeMs + GRACE_MS, signal });
  return { ...outcome, events: jsonLines<SoakEvent>(output) };
}

/** The runtime in the form that `--runtimes` takes; a label that was not given as a name may be no valid name. */
function askedAs({ kind, label, source }: Runtime): string {
  const name = label === kind || !NAME.test(label) ? null : label;
  return formatRuntime({ name, kind, source });
}

function nameOf({ kind, label, version }: Runtime): string {
  return label === kind ? `${kind} ${version}` : `${label} (${kind} ${version})`;
}

/** Rows of cells that were not run this time stay, in front of the new ones; those of another version are removed. */
function tableOf(choices: readonly SubjectChoice[], runtimes: readonly Runtime[]): KeptTable {
  return soakTable(
    [...parseSubjects(null), ...choices].map(({ entry, params }) =>
      subjectLabel(entry.name, params)
    ),
    [...findRuntimes(DEFAULT_RUNTIMES).runtimes, ...runtimes].map(nameOf),
  );
}
