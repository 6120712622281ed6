/**
 * Makes a program that is a runtime in all but one thing: it runs cells with a known change planted. Beside the same
 * runtime without it, a run shows whether the open loop measures what was planted, and nothing else (docs/method.md).
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL, type Patch, PlantedSource } from "../bench/testing/planted.ts";
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { findRuntimes } from "./processes/runtimes.ts";

const SUBJECT = "bench/subjects/strategy_subject.ts";
const STAMP = "    if (stamps !== null) stamps.add(bytes);\n";
const WORK = "    if (workUs > 0) work(workUs);\n";
const COUNT = "  let peakBytes = 0;\n  const turns";

const PLANTS: Readonly<Record<string, readonly Patch[]>> = {
  // What arrives is stamped at full load, too, by the consumer and by the listener.
  stamps: [
    {
      file: "bench/process/run.ts",
      find:
        "...(pace === null ? {} : { stamps: true, names: messages > 0, exchanges: EXCHANGES }),",
      replace: "stamps: true, names: messages > 0 && messageBytes >= 8 && !proof, " +
        "exchanges: pace === null ? 0 : EXCHANGES,",
    },
    {
      file: SUBJECT,
      find: "      if (isPaced) {\n        stamps.clear();\n",
      replace: "      stamps.clear();\n      if (isPaced) {\n",
    },
    { file: SUBJECT, find: "isPaced ? stamps : null", replace: "stamps" },
  ],
  // One delivery of 50 takes 500 µs more, where each delivers one message.
  delay: [
    { file: SUBJECT, find: COUNT, replace: `  let planted = 0;\n${COUNT}` },
    {
      file: SUBJECT,
      find: STAMP,
      replace: `    if (stamps !== null && ++planted % 50 === 0) work(500);\n${STAMP}`,
    },
  ],
  // The consumer stops for 100 ms, half a second after the start of a run.
  stall: [
    { file: SUBJECT, find: COUNT, replace: `  let stallAt = performance.now() + 500;\n${COUNT}` },
    {
      file: SUBJECT,
      find: WORK,
      replace: `${WORK}    if (stamps !== null && performance.now() > stallAt) {
      stallAt = Infinity;
      work(100_000);
    }
`,
    },
  ],
};

await runMain("plant", () => {
  const program = command(
    "plant",
    "Plant a known change into a copy of the suite, and print a program for bench --runtimes that runs it.",
  )
    .argument("<change>", Object.keys(PLANTS).join(", "))
    .option("--runtime <name>", "as in bench --runtimes, one of them", "node")
    .parse(process.argv);
  const [change] = program.args;
  if (!Object.hasOwn(PLANTS, change)) {
    throw new UsageError(`${change}: give one of ${Object.keys(PLANTS).join(", ")}`);
  }
  const { runtimes: [runtime], missing } = findRuntimes(
    program.opts<{ runtime: string }>().runtime,
  );
  if (runtime === undefined) throw new UsageError(missing[0]);
  const source = new PlantedSource();
  source.plant(PLANTS[change]);
  const path = join(source.folder, "runtime");
  // All that a runtime is asked for but a cell goes to the runtime as it is.
  const script = `#!/bin/sh
for arg do
  shift
  case "$arg" in */${CELL}) arg='${join(source.folder, CELL)}' ;; esac
  set -- "$@" "$arg"
done
exec '${runtime.path}' "$@"
`;
  writeFileSync(path, script, { mode: 0o755 });
  console.log(path);
  return Promise.resolve(EXIT.ok);
});
