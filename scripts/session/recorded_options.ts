/** The options as environment.json has them: nothing of a person's paths, and only what says something of the figures. */
import { formatParams } from "../../strategies/params.ts";
import { formatRuntime, hasPath, parseRuntime, splitRuntimes } from "../processes/runtimes.ts";
import type { BenchOptions } from "./bench_options.ts";

export function recordedOptions(
  { subjects, out: _o, save: _s, report: _p, resume: _r, allowChangedEnvironment: _a, ...options }:
    BenchOptions,
): Record<string, unknown> {
  return {
    ...options,
    // The others are recorded as what they stand for, and read again as that.
    preset: options.preset === "explain" ? "explain" : "default",
    subjects: subjects.map(({ entry, params }) => `${entry.name} ${formatParams(params)}`.trim()),
    runtimes: splitRuntimes(options.runtimes).map(withoutPath),
    listenerRuntime: withoutPath(options.listenerRuntime),
  };
}

function withoutPath(item: string): string {
  const asked = parseRuntime(item);
  return hasPath(asked) ? formatRuntime({ ...asked, source: "path" }) : item;
}
