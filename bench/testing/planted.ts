/** A copy of the suite's source with a mistake planted in it, and programs of that copy in processes of their own. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runArguments, type RuntimeKind } from "../runtime.ts";
import type { CellEvent } from "../process/spec.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PARTS = ["bench", "strategies", "examples", "mod.ts", "package.json", "deno.json"];

/** The programs of a source that can be run: a cell, and hand-offs in which every wake-up is needed. */
export const CELL = "bench/process/cell.ts";
export const WAKE_TRIAL = "bench/testing/wake_trial.ts";

export interface Patch {
  /** Path from the root of the project. */
  file: string;
  /** Text that the file contains exactly once. */
  find: string;
  replace: string;
}

/**
 * A copy of the source that takes one set of patches after another. It stays in the same place, so that a runtime can
 * reuse what it has compiled of the files that do not change.
 */
export class PlantedSource {
  readonly folder = mkdtempSync(join(tmpdir(), "fanin-planted-"));
  readonly #patched = new Set<string>();

  /** @param more parts of the project that are needed in addition to those of a cell */
  constructor(more: readonly string[] = []) {
    for (const part of [...PARTS, ...more]) {
      cpSync(join(ROOT, part), join(this.folder, part), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(this.folder, "node_modules"));
  }

  /**
   * Makes the source contain these patches, and none of an earlier call.
   * @throws if the text of a patch is not there exactly once
   */
  plant(patches: readonly Patch[]): void {
    for (const file of this.#patched) cpSync(join(ROOT, file), join(this.folder, file));
    this.#patched.clear();
    for (const { file, find, replace } of patches) {
      const text = readFileSync(join(this.folder, file), "utf8");
      const count = text.split(find).length - 1;
      if (count !== 1) {
        throw new Error(
          `${file} has ${count} times what is to be replaced, not once: ${find.trim()}`,
        );
      }
      this.#patched.add(file);
      writeFileSync(join(this.folder, file), text.replace(find, () => replace));
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface PlantedOutcome {
  events: CellEvent[];
  /** It fell silent before its end, so the watchdog had to end it. */
  hung: boolean;
}

/**
 * Runs a program of that source until it ends, or prints nothing for `watchdogMs`.
 * @param input its only line of standard input, as JSON; for a cell, its `CellSpec`
 */
export function runPlanted(
  { folder }: PlantedSource,
  runtime: { kind: RuntimeKind; path: string },
  input: unknown,
  watchdogMs: number,
  program: string = CELL,
): Promise<PlantedOutcome> {
  const args = [
    ...runArguments(runtime.kind),
    join(folder, program),
  ];
  const child = spawn(runtime.path, args, {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, ".compiled") },
  });
  let output = "";
  let ended = false;
  let hung = false;
  const giveUp = () => {
    hung = !ended;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(giveUp, watchdogMs);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    clearTimeout(timer);
    timer = setTimeout(giveUp, watchdogMs);
    if (!/"type":"end"[^\n]*\n$/.test(output)) return;
    // It would wait for another line. It is not killed, since Node would then not keep what it has compiled.
    ended = true;
    child.stdin.end();
  });
  child.stdin.on("error", () => {});
  child.stdin.write(JSON.stringify(input) + "\n");
  return new Promise((resolve) => {
    child.once("close", () => {
      clearTimeout(timer);
      const lines = output.split("\n").slice(0, -1);
      resolve({ events: lines.map((line) => JSON.parse(line) as CellEvent), hung });
    });
  });
}
