/** Where the rows of a comparison go: a new folder, or that of an interrupted session. This process holds its lock. */
import { randomBytes } from "node:crypto";
import { findPeer } from "../../bench/peers/registry.ts";
import { UsageError } from "../cli/command.ts";
import { changesOf } from "../results/environment_differences.ts";
import { describeEnvironment, type Environment, peerVersions } from "../results/environment.ts";
import { type RecordedPlan, ResultsFolder, timestamp } from "../results/folder.ts";
import { lockFolder } from "../results/lock.ts";
import { argumentsOf } from "./arguments.ts";
import { FIXED_BY_PLAN } from "./option_table.ts";
import type { BenchOptions } from "./bench_options.ts";
import { recordedOptions } from "./recorded_options.ts";
import { Earlier } from "./resume.ts";
import type { Client } from "../processes/clients.ts";
import type { Runtime } from "../processes/runtimes.ts";

export interface Destination {
  folder: ResultsFolder;
  /** As it is on the disk; it has to be written again after a change. */
  environment: Environment;
  earlier: Earlier;
  plan: RecordedPlan;
  /** Releases the folder. */
  close(): void;
}

export interface Circumstances {
  command: string;
  options: BenchOptions;
  runtimes: readonly (Runtime | Client)[];
  /** The runtime that runs the listener; null where the listener was running already, or there is none. */
  listener: Runtime | null;
  notes: string[];
}

/** @throws {UsageError} where the folder cannot be written, or cannot be resumed */
export function openDestination(circumstances: Circumstances): Destination {
  const { options, runtimes, listener, notes } = circumstances;
  const started = timestamp();
  // Two machines, or two launchers on one machine, may start in the same second.
  const session = `${started}-${randomBytes(3).toString("hex")}`;
  const environment = describeEnvironment(session, recordedOptions(options), runtimes);
  environment.listener = listener === null
    ? null
    : { kind: listener.kind, version: listener.version };
  if (options.subjects.some(({ entry }) => findPeer(entry.name) !== undefined)) {
    environment.peers = peerVersions();
  }
  if (options.resume !== null) return reopen(options.resume, options, environment);

  const folder = options.out === null
    ? ResultsFolder.createNamed(started)
    : ResultsFolder.create(options.out);
  const close = lockFolder(folder.path);
  const plan = {
    command: circumstances.command,
    arguments: argumentsOf(options),
    messages: {},
    rates: {},
  };
  folder.writePlan(plan);
  environment.notes = notes;
  folder.writeEnvironment(environment);
  return { folder, environment, earlier: new Earlier([]), plan, close };
}

function reopen(path: string, options: BenchOptions, current: Environment): Destination {
  const close = lockFolder(path);
  try {
    const recorded = readRecorded(path);
    const changes = differences(path, recorded, current);
    if (changes.length > 0 && !options.allowChangedEnvironment) {
      throw new UsageError(
        `the environment is not that of ${path}: ${changes.join("; ")}; ` +
          "--allow-changed-environment resumes it anyway",
      );
    }
    const folder = ResultsFolder.reopen(path);
    const others = folder.samples.some(({ session }) => session !== recorded.session);
    if (others) throw new UsageError(`${path} holds rows of another session; it was not resumed`);
    const { length } = folder.samples;
    const environment: Environment = {
      ...recorded,
      bulkChunkBytes: chunksOf(recorded, current),
      notes: [
        ...recorded.notes,
        [
          `resumed at ${current.session} after ${length} rows, --timeout ${
            options.timeoutMs / 1_000
          }`,
          ...changes,
        ].join("; "),
      ],
    };
    folder.writeEnvironment(environment);
    return {
      folder,
      environment,
      earlier: new Earlier(folder.samples),
      plan: ResultsFolder.readPlan(path),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function readRecorded(path: string): Environment {
  const value = ResultsFolder.readEnvironment(path);
  if (Array.isArray(value)) {
    throw new UsageError(`${path} joins several sessions; resume each by itself`);
  }
  const recorded = value as Environment | null;
  if (
    typeof recorded?.session !== "string" || !Array.isArray(recorded.notes) ||
    !Array.isArray(recorded.runtimes)
  ) {
    throw foreign(path);
  }
  return recorded;
}

function differences(path: string, recorded: Environment, current: Environment): string[] {
  try {
    return changesOf(recorded, current, FIXED_BY_PLAN);
  } catch {
    throw foreign(path);
  }
}

function foreign(path: string): UsageError {
  return new UsageError(`the environment.json of ${path} is not one that this version has written`);
}

/** The chunk sizes that still hold: those of runtimes whose version has not changed. */
function chunksOf({ bulkChunkBytes, runtimes }: Environment, current: Environment) {
  return Object.fromEntries(
    current.runtimes.filter(({ label, version }) =>
      runtimes.some((other) => other.label === label && other.version === version)
    ).map(({ label }) => [label, bulkChunkBytes?.[label]]).filter(([, chunk]) =>
      Number.isSafeInteger(chunk) && (chunk as number) > 0
    ) as [string, number][],
  );
}
