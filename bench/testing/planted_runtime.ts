/** A program that behaves like a runtime except that it runs cells with a known change planted. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL, type Patch, PlantedSource } from "./planted.ts";

const RUN = "bench/process/run.ts";
const SUBJECT = "bench/subjects/strategy_subject.ts";
const DRAIN = "bench/subjects/drain.ts";
const STAMP = "    if (stamps !== null) stamps.add(bytes);\n";
const WORK = "    if (workUs > 0) work(workUs);\n";
const COUNT = "  let peakBytes = 0;\n  const turns";
const ELAPSED = "  const elapsedUs = (performance.now() - start) * 1_000;\n";

/**
 * Makes each run longer by this share: before its clock stops, the consumer is busy for that share of the time so far.
 */
function slower(share: number): Patch[] {
  const busy = `  for (
    const end = performance.now() + ${share} * (performance.now() - start);
    performance.now() < end;
  );
`;
  return [{ file: RUN, find: ELAPSED, replace: busy + ELAPSED }];
}

export const CHANGES: Readonly<Record<string, readonly Patch[]>> = {
  // Messages are stamped at full load as well, by the consumer and by the listener.
  stamps: [
    {
      file: RUN,
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
  // One delivery of 50 takes 500 µs more; it affects one message of 50 if each delivery has one message.
  delay: [
    { file: DRAIN, find: COUNT, replace: `  let planted = 0;\n${COUNT}` },
    {
      file: DRAIN,
      find: STAMP,
      replace: `    if (stamps !== null && ++planted % 50 === 0) work(500);\n${STAMP}`,
    },
  ],
  "slower-5": slower(0.05),
  "slower-8": slower(0.08),
  // The consumer stops for 100 ms, half a second after the start of a run.
  stall: [
    { file: DRAIN, find: COUNT, replace: `  let stallAt = performance.now() + 500;\n${COUNT}` },
    {
      file: DRAIN,
      find: WORK,
      replace: `${WORK}    if (stamps !== null && performance.now() > stallAt) {
      stallAt = Infinity;
      work(100_000);
    }
`,
    },
  ],
};

/**
 * Copies the source into a folder, which stays until somebody removes it.
 * @param change one of `CHANGES`
 * @param runtime the path of a runtime
 * @returns the path of the program, which is in that folder
 */
export function plantedRuntime(change: string, runtime: string): string {
  const source = new PlantedSource();
  source.plant(CHANGES[change]);
  const path = join(source.folder, "runtime");
  // Everything except a cell is passed to the runtime unchanged.
  const script = `#!/bin/sh
for arg do
  shift
  case "$arg" in */${CELL}) arg='${join(source.folder, CELL)}' ;; esac
  set -- "$@" "$arg"
done
exec '${runtime}' "$@"
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}
