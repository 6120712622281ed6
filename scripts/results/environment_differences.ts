/** How the environments of two results differ, and which differences could by themselves change a figure. */
import { printable } from "../../bench/wire/printable.ts";
import type { Environment } from "./environment.ts";

/** The longest text of a difference, in characters. */
const LONGEST = 100;

export interface EnvironmentDifference {
  /** For example `machine.cores` or `options.seed`. */
  field: string;
  before: string;
  after: string;
  /** Whether this difference alone may change a time, which would hide the cause that is looked for. */
  confounds: boolean;
}

/** Fields that do not affect a figure, or that are what the comparison is about. */
const HARMLESS = /^(schema|session|notes|launcher|runtimes|commit|bulkChunkBytes)\b/;

/**
 * Every field in which they differ. Merged results have a list of environments, which is compared as a whole.
 * @param confounding the options that can change a time without showing in the key of a cell
 */
export function environmentDifferences(
  before: unknown,
  after: unknown,
  confounding: ReadonlySet<string>,
): EnvironmentDifference[] {
  const [old, now] = [flatten(before), flatten(after)];
  const isHarmless = (field: string) =>
    field.startsWith("options.") ? !confounding.has(field.split(".")[1]) : HARMLESS.test(field);
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({
      field: safe(field),
      before: safe(old.get(field) ?? "not recorded"),
      after: safe(now.get(field) ?? "not recorded"),
      // A peer that only one of them has measured does not slow anything else down.
      confounds: !isHarmless(field) &&
        (!field.startsWith("peers.") || (old.has(field) && now.has(field))),
    }));
}

/**
 * What has changed since a session was begun, one line for each change; empty if nothing has. What is unknown on one
 * side is no change.
 * @param fixed the options that must be the same when a session is resumed
 */
export function changesOf(
  recorded: Environment,
  current: Environment,
  fixed: ReadonlySet<string>,
): string[] {
  const [then, now] = [factsOf(recorded, fixed), factsOf(current, fixed)];
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [before, after] = [then[name], now[name]].map((value) => JSON.stringify(value ?? null));
    // A missing runtime is a change; everything else may be unknown.
    const isKnown = name.startsWith("runtime ") || (before !== "null" && after !== "null");
    return before === after || !isKnown
      ? []
      : [`${safe(name)} was ${safe(before)}, is ${safe(after)}`];
  });
}

function factsOf(environment: Environment, fixed: ReadonlySet<string>): Record<string, unknown> {
  const { machine, runtimes, listener, options, commit, schema, peers = {} } = environment;
  const { os, kernel, arch, cpu, cores, governor, cpusAllowed } = machine;
  return {
    ...{ schema, os, kernel, arch, cpu, cores, governor, cpusAllowed, commit },
    listener: listener === null ? null : `${listener.kind} ${listener.version}`,
    ...Object.fromEntries(
      Object.entries(peers).map(([name, version]) => [`peer ${name}`, version]),
    ),
    ...Object.fromEntries(runtimes.map(({ label, version }) => [`runtime ${label}`, version])),
    ...Object.fromEntries(
      Object.entries(options).filter(([name]) => fixed.has(name))
        .map(([name, value]) => [`option ${name}`, value]),
    ),
  };
}

function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) {
      flatten(inner, path === "" ? key : `${path}.${key}`, into);
    }
  } else into.set(path, String(value));
  return into;
}

/** The text may come from any file, and is printed on a terminal as one line. */
function safe(text: string): string {
  return printable(text).slice(0, LONGEST);
}
