/** Runs a command of the suite as a person would, under the runtime that runs the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../../bench/runtime.ts";

const START = fileURLToPath(new URL("../start.mjs", import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Start `name` with `args`; `finished` resolves when it has ended. */
export function startCommand(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): {
  child: ChildProcess;
  finished: Promise<Finished>;
  stdout: () => string;
  stderr: () => string;
} {
  const { kind } = currentRuntime();
  const child = spawn(process.execPath, [...runArguments(kind), START, name, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
  const finished = new Promise<Finished>((resolve) => {
    // Deno takes a child's exit code 130 for a death by SIGINT, and says so instead of the code.
    const ofSignal: Record<string, number> = { SIGINT: 130, SIGTERM: 143 };
    child.once("close", (code, signal) => {
      resolve({ code: code ?? ofSignal[signal ?? ""] ?? null, stdout, stderr });
    });
  });
  return { child, finished, stdout: () => stdout, stderr: () => stderr };
}

export function runCommand(name: string, ...args: string[]): Promise<Finished> {
  return startCommand(name, args).finished;
}

/** A folder that is gone when `use` has ended, however it did. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fanin-test-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
