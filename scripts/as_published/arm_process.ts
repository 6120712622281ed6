/** Runs one published arm in a process of its own and returns what it said. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ArmAnswer, ArmSpec } from "../../bench/as_published/spec.ts";
import { runArguments } from "../../bench/runtime.ts";
import type { Runtime } from "../processes/runtimes.ts";

const ARM = fileURLToPath(new URL("../../bench/as_published/arm.ts", import.meta.url));

/** A process that does not answer has failed; `interrupted` has no row at all. */
export type ArmOutcome = ArmAnswer | { type: "interrupted" };

export function runArm(
  runtime: Runtime,
  spec: ArmSpec,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<ArmOutcome> {
  const child = spawn(runtime.path, [...runArguments(runtime.kind), ARM, JSON.stringify(spec)], {
    // The child ends when its standard input does: with the launcher, whatever kills that.
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  let late = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
  child.stderr.setEncoding("utf8").on(
    "data",
    (text: string) => errors = (errors + text).slice(-4_096),
  );
  child.stdin.on("error", () => {});
  const kill = () => child.kill("SIGKILL");
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, timeoutMs);
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  return new Promise((resolve) => {
    const finish = (how: string) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
      if (signal.aborted) return resolve({ type: "interrupted" });
      if (late) return resolve(failed(`stopped after ${timeoutMs / 1_000} s`));
      resolve(parseAnswer(output) ?? failed(`the process ended with ${how}: ${causeIn(errors)}`));
    };
    child.once("error", (error) => finish(error.message));
    child.once("close", (code, killedBy) => finish(killedBy ?? `code ${code}`));
  });
}

function failed(detail: string): ArmAnswer {
  return { type: "failed", detail: detail.slice(0, 300) };
}

/** A whole line only: a killed process may leave half of one. */
function parseAnswer(output: string): ArmAnswer | null {
  if (!output.endsWith("\n")) return null;
  try {
    return JSON.parse(output) as ArmAnswer;
  } catch {
    return null;
  }
}

function causeIn(errors: string): string {
  const lines = errors.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "no message";
}
