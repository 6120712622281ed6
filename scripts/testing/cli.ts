/** Runs a command of the suite as a person would, under the runtime that runs the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../../bench/runtime.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START = fileURLToPath(new URL("../start.mjs", import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  finished: Promise<Finished>;
  stdout: () => string;
  stderr: () => string;
}

/** Starts `name` with `args`; `finished` resolves when it has ended. */
export function startCommand(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Started {
  const { kind } = currentRuntime();
  return startProgram([process.execPath, ...runArguments(kind), START, name, ...args], env);
}

/**
 * The same for any program, in the project's folder. Exit codes are those of a shell: 128 and its number for a death by
 * a signal, and 127 if the program could not be started.
 */
export function startProgram(
  [program, ...args]: readonly string[],
  env: Record<string, string> = {},
): Started {
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
  const finished = new Promise<Finished>((resolve) => {
    child.once("error", ({ message }) => {
      resolve({ code: 127, stdout, stderr: `${stderr}${message}\n` });
    });
    // If a child exits with code 130, Deno reports a death by SIGINT instead of the code.
    child.once("close", (code, signal) => {
      resolve({ code: code ?? 128 + constants.signals[signal!], stdout, stderr });
    });
  });
  return { child, finished, stdout: () => stdout, stderr: () => stderr };
}

export function runCommand(name: string, ...args: string[]): Promise<Finished> {
  return startCommand(name, args).finished;
}

/** Makes a folder that is removed when `use` has ended, even if it fails. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "fanin-test-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
