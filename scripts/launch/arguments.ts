/** Options as arguments again, so that a folder can hold its plan and `--resume` make it anew. */
import { isAbsolute, resolve } from "node:path";
import type { Command } from "commander";
import { printable } from "../../bench/printable.ts";
import { UsageError } from "../command.ts";
import { ResultsFolder } from "../results/folder.ts";
import type { BenchOptions } from "./options.ts";

/** What may stand beside `--resume`: nothing that decides what is measured. */
const BESIDE_RESUME = [
  "resume",
  "allowChangedEnvironment",
  "timeout",
  "dryRun",
  "save",
  "report",
  "runtimes",
  "listenerRuntime",
];

/**
 * The arguments that read as these options on any machine, whatever the defaults are there. What names the
 * folder is left out.
 */
export function argumentsOf(options: BenchOptions): string[] {
  const { listener, subjects } = options;
  const labels = subjects.map(({ entry, params }) =>
    [entry.name, ...Object.entries(params).map(([key, value]) => `${key}=${value}`)].join(":")
  );
  const valued: [string, string | number | null][] = [
    ["--runtimes", options.runtimes.split(",").map(withWholePath).join(",")],
    ["--strategies", labels.join(",")],
    ["--producers", options.producers.join(",")],
    ["--workers", options.workers.join(",")],
    ["--cpus", options.cpus?.join(",") ?? null],
    ["--messages", options.messages],
    ["--total", options.total],
    ["--message-size", options.messageBytes.join(",")],
    ["--turn", options.turn],
    ["--capacity", options.capacity],
    ["--rounds", options.rounds],
    ["--budget", options.budgetMs === null ? null : `${options.budgetMs / 1_000}s`],
    ["--precision", options.precision * 100],
    ["--seed", options.seed],
    ["--timeout", options.timeoutMs / 1_000],
    ["--listener", listener === null ? null : `${bracketed(listener.host)}:${listener.port}`],
    ["--listener-runtime", withWholePath(options.listenerRuntime)],
    ["--sink", options.sink === "none" ? "none" : null],
    ["--store", options.storeBytes],
  ];
  return [
    ...valued.flatMap(([name, value]) => value === null ? [] : [name, String(value)]),
    ...(options.preset === "default" ? [] : [`--${options.preset}`]),
  ];
}

/** The arguments with which a command began a folder. @throws {UsageError} */
export function recordedArguments(name: string, folder: string): string[] {
  const plan = ResultsFolder.readPlan(folder);
  if (plan.command !== name) {
    throw new UsageError(`${folder} was not begun by ${name}; resume it with the command that did`);
  }
  // A plan of ours has none; one that names itself would be read for ever.
  if (plan.arguments.some((argument) => argument.startsWith("--resume"))) {
    throw new UsageError(`the plan in ${folder} is not one that ${name} has written`);
  }
  return plan.arguments;
}

/** The arguments that replace recorded ones. @throws {UsageError} where others stand beside `--resume` */
export function refuseBesideResume(program: Command): string[] {
  const given = program.options.filter((option) =>
    program.getOptionValueSource(option.attributeName()) === "cli"
  );
  const others = given.filter((option) => !BESIDE_RESUME.includes(option.attributeName()));
  if (others.length > 0) {
    const names = others.map(({ long }) => long).join(", ");
    throw new UsageError(`--resume takes the plan from its folder; leave out ${names}`);
  }
  const { timeout, runtimes, listenerRuntime } = program.opts();
  const anew: Record<string, string[]> = {
    timeout: ["--timeout", String(timeout)],
    runtimes: ["--runtimes", runtimes],
    listenerRuntime: ["--listener-runtime", listenerRuntime],
  };
  return given.flatMap((option) => anew[option.attributeName()] ?? []);
}

/**
 * A folder may come from anywhere, and what it holds must not choose a program that runs here: paths to executables
 * come from the command line alone.
 * @param anew what the command line says
 * @throws {UsageError} where a recorded path is not given again
 */
export function refuseRecordedPaths(
  recorded: readonly string[],
  anew: readonly string[],
  folder: string,
): void {
  for (const option of ["--runtimes", "--listener-runtime"]) {
    if (anew.includes(option)) continue;
    for (const [at, argument] of recorded.entries()) {
      const value = argument === option
        ? recorded[at + 1] ?? ""
        : argument.startsWith(`${option}=`)
        ? argument.slice(option.length + 1)
        : "";
      const named = value.split(",").map((item) => item.split("=").slice(1).join("=").trim());
      const path = named.find((source) => !["", "pinned", "system"].includes(source));
      if (path === undefined) continue;
      throw new UsageError(
        `the plan in ${folder} names a program of its own (${printable(path)}); ` +
          `if it is to run, say so with ${option}`,
      );
    }
  }
}

/** A path holds from any folder that the run is resumed in. */
function withWholePath(item: string): string {
  const [name, ...rest] = item.trim().split("=");
  const source = rest.join("=");
  return ["", "pinned", "system"].includes(source) || isAbsolute(source)
    ? item.trim()
    : `${name}=${resolve(source)}`;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
