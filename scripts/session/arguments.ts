/** Turns options back into arguments, so that a folder can hold its plan and `--resume` can make the plan again. */
import type { Command } from "commander";
import { printable } from "../../bench/wire/printable.ts";
import { refuse, UsageError } from "../cli/command.ts";
import { parseClient } from "../processes/clients.ts";
import { hasPath, parseRuntime, splitRuntimes } from "../processes/runtimes.ts";
import { ResultsFolder } from "../results/folder.ts";
import { attributeOf, keyOf, longFlag, OPTION_TABLE } from "./option_table.ts";
import type { BenchOptions } from "./bench_options.ts";

/**
 * Arguments that are read as these options on any machine, whatever the defaults are there, without those that name the
 * folder.
 */
export function argumentsOf(options: BenchOptions): string[] {
  return OPTION_TABLE.flatMap((spec) => {
    const value = spec.recorded?.(options) ?? null;
    if (value === null || value === false) return [];
    if (value === true) return [longFlag(spec)];
    return [value].flat().flatMap((one) => [longFlag(spec), String(one)]);
  });
}

/**
 * The arguments with which a command began a folder. @throws {UsageError} where the folder holds none that can be used
 */
export function recordedArguments(name: string, folder: string): string[] {
  const plan = ResultsFolder.readPlan(folder);
  refuse(
    plan.command !== name &&
      `${folder} was not begun by ${name}; resume it with the command that did`,
    // A plan of ours contains none, and a plan that names itself would be read for ever.
    plan.arguments.some((argument) => argument.startsWith("--resume")) &&
      `the plan in ${folder} is not one that ${name} has written`,
  );
  return plan.arguments;
}

/** The arguments that replace recorded ones. @throws {UsageError} where others are given with `--resume` */
export function refuseBesideResume(program: Command): string[] {
  const given = OPTION_TABLE.filter((spec) =>
    program.getOptionValueSource(attributeOf(spec)) === "cli"
  );
  const others = given.filter(({ besideResume }) => !besideResume);
  if (others.length > 0) {
    const names = others.map(longFlag).join(", ");
    throw new UsageError(`--resume takes the plan from its folder; leave out ${names}`);
  }
  const { timeout, runtimes, client, listenerRuntime } = program.opts();
  const anew: Partial<Record<keyof BenchOptions, string | string[]>> = {
    timeoutMs: `${timeout}ms`,
    runtimes,
    clients: client,
    listenerRuntime,
  };
  return given.flatMap((spec) => {
    const value = anew[keyOf(spec)];
    return value === undefined ? [] : [value].flat().flatMap((one) => [longFlag(spec), one]);
  });
}

/**
 * A folder may come from anywhere, and what it holds must not choose a program that runs here, so paths to executables
 * come from the command line alone.
 * @param anew arguments of the command line
 * @throws {UsageError} where a recorded path is not given again
 */
export function refuseRecordedPaths(
  recorded: readonly string[],
  anew: readonly string[],
  folder: string,
): void {
  for (const option of ["--runtimes", "--listener-runtime", "--client"]) {
    if (anew.includes(option)) continue;
    for (const [at, argument] of recorded.entries()) {
      const value = argument === option
        ? recorded[at + 1] ?? ""
        : argument.startsWith(`${option}=`)
        ? argument.slice(option.length + 1)
        : "";
      const path = pathIn(option, value);
      if (path === undefined) continue;
      throw new UsageError(
        `the plan in ${folder} names a program of its own (${printable(path)}); ` +
          `if it is to run, say so with ${option}`,
      );
    }
  }
}

function pathIn(option: string, value: string): string | undefined {
  if (option === "--client") return value === "" ? undefined : parseClient(value).path;
  return splitRuntimes(value).map(parseRuntime).find(hasPath)?.source;
}
