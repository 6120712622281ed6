/** A program that is a runtime in all but one thing: it runs cells with a known change planted. */
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

/** Each run takes that share longer: before its clock stops, the consumer is busy for so much of the time that it took. */
function slower(share: number): Patch[] {
  const busy = `  for (
    const end = performance.now() + ${share} * (performance.now() - start);
    performance.now() < end;
  );
`;
  return [{ file: RUN, find: ELAPSED, replace: busy + ELAPSED }];
}

export const CHANGES: Readonly<Record<string, readonly Patch[]>> = {
  // What arrives is stamped at full load, too, by the consumer and by the listener.
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
  // One delivery of 50 takes 500 µs more, where each delivers one message.
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
 * Copies the source, which stays until somebody removes the folder.
 * @param change one of `CHANGES` @param runtime a path
 * @returns the path of the program, which lies in that folder
 */
export function plantedRuntime(change: string, runtime: string): string {
  const source = new PlantedSource();
  source.plant(CHANGES[change]);
  const path = join(source.folder, "runtime");
  // All that a runtime is asked for but a cell goes to the runtime as it is.
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
