/**
 * What a reader must know to judge the figures: machine, versions and options. It contains no names and no paths of a
 * person.
 */
import { readFileSync } from "node:fs";
import { currentRuntime } from "../../bench/runtime.ts";
import { allowedCpus } from "../processes/pinning.ts";
import type { Client } from "../processes/clients.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { fileText } from "../processes/file_text.ts";
import { SCHEMA } from "./columns.ts";
import { projectCommit } from "./commit.ts";
import { machineTraits } from "./machine.ts";

export interface Environment {
  schema: number;
  session: string;
  machine: ReturnType<typeof machineTraits> & {
    /** The frequency governor of the first core, if the system tells it. */
    governor: string | null;
    /** The CPUs that the launcher may use, such as `0-3`. An option says which of them were asked for. */
    cpusAllowed: string | null;
  };
  runtimes: { label: string; kind: string; version: string; source: string }[];
  launcher: { kind: string; version: string };
  /** The commit of this project, followed by `-dirty` if files had been changed; null if it is not known. */
  commit: string | null;
  /** Null for a listener that was already running. */
  listener: { kind: string; version: string } | null;
  /** Versions of the libraries that peers use, if peers are measured. */
  peers?: Record<string, string>;
  options: Record<string, unknown>;
  /** Bytes per write of socket-bulk, by runtime label. */
  bulkChunkBytes: Record<string, number>;
  notes: string[];
}

const GOVERNOR = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";

export function describeEnvironment(
  session: string,
  options: Record<string, unknown>,
  runtimes: readonly (Runtime | Client)[],
): Environment {
  return {
    schema: SCHEMA,
    session,
    machine: {
      ...machineTraits(),
      governor: fileText(GOVERNOR)?.trim() ?? null,
      cpusAllowed: allowedCpus(),
    },
    runtimes: runtimes.map(({ label, kind, version, source }) => ({
      label,
      kind,
      version,
      source: source === "pinned" || source === "system" ? source : "path",
    })),
    launcher: currentRuntime(),
    commit: projectCommit(),
    listener: null,
    options,
    bulkChunkBytes: {},
    notes: [],
  };
}

/**
 * The value of an option that a folder has recorded, if it is the same number in every joined session; otherwise
 * undefined.
 */
export function recordedNumber(environment: unknown, name: string): number | undefined {
  const sessions = (Array.isArray(environment) ? environment : [environment]) as Environment[];
  const [value, ...others] = new Set(sessions.map((session) => session?.options?.[name]));
  return typeof value === "number" && others.length === 0 ? value : undefined;
}

/** The exact versions in the peers' workspace, which are also those of the lockfile. */
export function peerVersions(): Record<string, string> {
  const file = new URL("../../bench/peers/package.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).dependencies;
}
