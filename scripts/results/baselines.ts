/**
 * Named results: `bench --save NAME` copies them to results/baselines/NAME, where `compare` finds them by that name.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { refuse, UsageError } from "../cli/command.ts";
import type { Sample } from "./columns.ts";
import { LOCK } from "./lock.ts";
import { ResultsFolder } from "./folder.ts";

const BASELINES = join("results", "baselines");

/** Called before anything is measured. @throws {UsageError} if the name is taken, or is no valid name */
export function requireFreeBaseline(name: string): void {
  const path = join(BASELINES, name);
  refuse(
    !/^[A-Za-z0-9][\w.-]*$/.test(name) &&
      `--save ${name}: a name has letters, digits, dots, dashes and underscores`,
    existsSync(path) &&
      `--save ${name}: ${path} is there already; choose another name, or remove it`,
  );
}

/** Copies the files of a results folder. Returns the path of the copy. */
export function saveBaseline(folder: string, name: string): string {
  const path = join(BASELINES, name);
  mkdirSync(BASELINES, { recursive: true });
  mkdirSync(path);
  for (const file of readdirSync(folder, { withFileTypes: true })) {
    if (file.isFile() && file.name !== LOCK) {
      copyFileSync(join(folder, file.name), join(path, file.name));
    }
  }
  return path;
}

/** @param of path of a folder, or name of a baseline. @throws {UsageError} */
export function readBaseline(of: string): { samples: Sample[]; environment: unknown } {
  const named = join(BASELINES, of);
  if (existsSync(of)) return ResultsFolder.read(of);
  if (existsSync(named)) return ResultsFolder.read(named);
  throw new UsageError(
    `there is neither a folder ${of} nor a baseline of that name; see ${BASELINES}`,
  );
}
