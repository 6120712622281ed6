/**
 * The options as environment.json contains them: no paths of a person's machine, and only what matters for the figures.
 */
import { formatParams } from "../../strategies/params.ts";
import { formatRuntime, hasPath, parseRuntime, splitRuntimes } from "../processes/runtimes.ts";
import type { BenchOptions } from "./bench_options.ts";

export function recordedOptions(
  { subjects, out: _o, save: _s, report: _p, resume: _r, allowChangedEnvironment: _a, ...options }:
    BenchOptions,
): Record<string, unknown> {
  return {
    ...options,
    // The other presets are recorded as the options that they stand for.
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
