/** A copy of the suite's source with a mistake planted in it, and a cell of that copy in a process of its own. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runArguments, type RuntimeKind } from "../runtime.ts";
import type { CellEvent, CellSpec } from "../process/spec.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PARTS = ["bench", "strategies", "mod.ts", "package.json", "deno.json"];

export interface Patch {
  /** Below the root of the project. */
  file: string;
  /** Text that is there exactly once. */
  find: string;
  replace: string;
}

/**
 * A folder with the patched source; the caller removes it.
 * @throws when the text of a patch is not there exactly once
 */
export function plant(patches: readonly Patch[]): string {
  const folder = mkdtempSync(join(tmpdir(), "fanin-planted-"));
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const { file, find, replace } of patches) {
    const text = readFileSync(join(folder, file), "utf8");
    const count = text.split(find).length - 1;
    if (count !== 1) {
      throw new Error(
        `${file} has ${count} times what is to be replaced, not once: ${find.trim()}`,
      );
    }
    writeFileSync(join(folder, file), text.replace(find, () => replace));
  }
  return folder;
}

export interface PlantedOutcome {
  events: CellEvent[];
  /** The watchdog had to end it. */
  hung: boolean;
}

/** Run a cell of that folder, for at most `watchdogMs`. */
export function runPlanted(
  folder: string,
  runtime: { kind: RuntimeKind; path: string },
  spec: CellSpec,
  watchdogMs: number,
): Promise<PlantedOutcome> {
  const args = [
    ...runArguments(runtime.kind),
    join(folder, "bench/process/cell.ts"),
  ];
  // Its own standard input stays open: the cell ends with it.
  const child = spawn(runtime.path, args, { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
  let output = "";
  let hung = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    // It would wait for another cell.
    if (/"type":"end"[^\n]*\n$/.test(output)) child.kill("SIGKILL");
  });
  child.stdin.on("error", () => {});
  child.stdin.write(JSON.stringify(spec) + "\n");
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, watchdogMs);
  return new Promise((resolve) => {
    child.once("close", () => {
      clearTimeout(timer);
      const lines = output.split("\n").slice(0, -1);
      resolve({ events: lines.map((line) => JSON.parse(line) as CellEvent), hung });
    });
  });
}
