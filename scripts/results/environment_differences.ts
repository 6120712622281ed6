/** How the surroundings of two results differ, and which of it could move a figure by itself. */
import { printable } from "../../bench/wire/printable.ts";
import type { Environment } from "./environment.ts";

/** The longest text of a difference. */
const LONGEST = 100;

export interface EnvironmentDifference {
  /** `machine.cores`, `options.seed`, … */
  field: string;
  before: string;
  after: string;
  /** Whether a time may differ for this reason and not for the one that is looked for. */
  confounds: boolean;
}

/** What may differ without moving a figure, or is what the comparison is about. */
const HARMLESS = /^(schema|session|notes|launcher|runtimes|commit|bulkChunkBytes)\b/;

/**
 * Every field in which they differ. Merged results hold a list of environments, which is compared as it is.
 * @param confounding the options that can move a time without showing in the key of a cell
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
      // A peer that only one of them has measured slows nothing else.
      confounds: !isHarmless(field) &&
        (!field.startsWith("peers.") || (old.has(field) && now.has(field))),
    }));
}

/**
 * What has changed since a run was begun, a line each; empty where nothing has. What one of the two does not know is no
 * change.
 * @param fixed the options in which a resumed run must be as it was begun
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
    // A runtime is there or not; everything else may be unknown.
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

/** The file may come from anywhere, and goes to a terminal as one line. */
function safe(text: string): string {
  return printable(text).slice(0, LONGEST);
}
