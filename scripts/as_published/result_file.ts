/** as-published.json: the only file of `as-published`, in a folder that no other command takes for results. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { currentRuntime } from "../../bench/runtime.ts";
import { UsageError } from "../cli/command.ts";
import { type AsPublishedOptions, NOT_A_MEASUREMENT, type Row, type StallRow } from "./arms.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { beginFolder, unusedFolder } from "../results/folder.ts";
import { replaceFile } from "../results/replace_file.ts";

const FILE = "as-published.json";

/** Everything that is known of a session. Times are in µs; counts are messages or bytes. */
export interface AsPublished {
  note: string;
  started: string;
  machine: { os: string; arch: string; cores: number };
  launcher: { kind: string; version: string };
  runtimes: { label: string; version: string }[];
  options: Omit<AsPublishedOptions, "out" | "runtimes" | "listenerRuntime">;
  rows: Row[];
  stalls: StallRow[];
  /** One line for each failure that has no row. */
  failures: string[];
}

export function emptyResult(
  options: AsPublishedOptions,
  runtimes: readonly Runtime[],
): AsPublished {
  const { out: _out, runtimes: _runtimes, listenerRuntime: _listener, ...told } = options;
  return {
    note: NOT_A_MEASUREMENT,
    started: new Date().toISOString().replace(/\..*/, "Z"),
    machine: { os: process.platform, arch: process.arch, cores: availableParallelism() },
    launcher: currentRuntime(),
    runtimes: runtimes.map(({ label, version }) => ({ label, version })),
    options: told,
    rows: [],
    stalls: [],
    failures: [],
  };
}

/** One line for each distinct failure. */
export function failuresOf({ rows, failures }: AsPublished): string[] {
  const ofRows = rows.filter(({ elapsedUs }) => elapsedUs === null).map((row) =>
    `${row.runtime} ${row.way} at ${row.producers} producers: ${row.status}, ${row.detail}`
  );
  return [...new Set([...ofRows, ...failures])];
}

/** A result file, which is rewritten after every row. */
export class AsPublishedFile {
  readonly path: string;
  readonly #result: AsPublished;

  /** @throws {UsageError} if the folder cannot be written or has results */
  constructor(out: string | null, result: AsPublished) {
    const folder = out ?? unusedFolder(`as-published-${result.started.replaceAll(":", "-")}`);
    this.path = join(folder, FILE);
    this.#result = result;
    for (const name of [FILE, "samples.csv"]) {
      if (existsSync(join(folder, name))) {
        throw new UsageError(`${folder} already holds results; choose another --out`);
      }
    }
    beginFolder(folder, () => this.#write());
  }

  /** Adds an item to one of the lists, in memory and on the disk. */
  add<List extends "rows" | "stalls" | "failures">(list: List, item: AsPublished[List][number]) {
    (this.#result[list] as typeof item[]).push(item);
    this.#write();
  }

  #write(): void {
    replaceFile(this.path, JSON.stringify(this.#result, null, 2) + "\n");
  }
}
