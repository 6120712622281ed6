/** What differs between the environment of earlier rows and that of the rows to come. */
import type { Environment } from "./environment.ts";

/** Given anew on purpose, or without influence on a measurement. */
const FREE_OPTIONS = new Set(["timeoutMs", "dryRun", "list"]);

/** A line each, empty where they are alike. What one of them does not know is no difference. */
export function changesOf(recorded: Environment, current: Environment): string[] {
  const then = factsOf(recorded);
  const now = factsOf(current);
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [before, after] = [then[name], now[name]].map((value) => JSON.stringify(value ?? null));
    // A runtime is there or not; everything else may be unknown.
    const isKnown = name.startsWith("runtime ") || (before !== "null" && after !== "null");
    return before === after || !isKnown
      ? []
      : [`${printable(name)} was ${printable(before)}, is ${printable(after)}`];
  });
}

function factsOf(environment: Environment): Record<string, unknown> {
  const { machine, runtimes, listener, options, commit, schema } = environment;
  const { os, kernel, arch, cpu, cores, governor, cpusAllowed } = machine;
  return {
    ...{ schema, os, kernel, arch, cpu, cores, governor, cpusAllowed, commit },
    listener: listener === null ? null : `${listener.kind} ${listener.version}`,
    ...Object.fromEntries(runtimes.map(({ label, version }) => [`runtime ${label}`, version])),
    ...Object.fromEntries(
      Object.entries(options).filter(([name]) => !FREE_OPTIONS.has(name))
        .map(([name, value]) => [`option ${name}`, value]),
    ),
  };
}

/** The file may come from anywhere, and goes to a terminal as one line. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?").slice(0, 100);
}
