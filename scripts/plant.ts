/**
 * Makes a program that runs cells with a known change planted. Measured beside the same runtime without the change, it
 * shows whether the suite finds what was planted, and nothing else (docs/method.md). The copy stays until somebody
 * removes its folder.
 */
import { CHANGES, plantedRuntime } from "../bench/testing/planted_runtime.ts";
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { findRuntime } from "./processes/runtimes.ts";

await runMain("plant", () => {
  const program = command(
    "plant",
    "Plant a known change into a copy of the suite, and print a program for bench --runtimes that runs it.",
  )
    .argument("<change>", Object.keys(CHANGES).join(", "))
    .option("--runtime <name>", "one of those that bench --runtimes takes", "node")
    .parse(process.argv);
  const [change] = program.args;
  if (!Object.hasOwn(CHANGES, change)) {
    throw new UsageError(`${change}: give one of ${Object.keys(CHANGES).join(", ")}`);
  }
  const { path } = findRuntime(program.opts<{ runtime: string }>().runtime);
  console.log(plantedRuntime(change, path));
  return Promise.resolve(EXIT.ok);
});
