/** Starts a program that serves other processes until it is told to stop; used for all such programs. */
import { spawn } from "node:child_process";
import { runArguments } from "../../bench/runtime.ts";
import { childEnvironment } from "./child_environment.ts";
import { killChild } from "./line_process.ts";
import { pinned } from "./pinning.ts";
import type { Runtime } from "./runtimes.ts";

const START_MS = 20_000;
/** How long it may take to exit by itself once its standard input has ended (ms). */
const LEAVE_MS = 2_000;

export interface ServerProgram {
  /** Its name in messages, such as "the listener". */
  name: string;
  path: string;
  args: readonly string[];
  /** Matches the line that says it is ready, on `stream`; the first two groups are host and port. */
  ready: RegExp;
  /** The stream on which that line is printed; the other one goes where `other` says. */
  stream: "stdout" | "stderr";
  other: "inherit" | "ignore";
  cpus?: readonly number[] | null;
}

export interface ServerChild {
  host: string;
  port: number;
  runtime: Runtime;
  /** Aborts when the program has died. */
  gone: AbortSignal;
  stop(): Promise<void>;
}

export async function startServerChild(
  runtime: Runtime,
  { name, path, args, ready, stream, other, cpus = null }: ServerProgram,
): Promise<ServerChild> {
  const all = [...runArguments(runtime.kind), path, ...args];
  const child = spawn(...pinned(cpus, runtime.path, all), {
    stdio: stream === "stdout" ? ["pipe", "pipe", other] : ["pipe", other, "pipe"],
    env: childEnvironment(),
  });
  const gone = new AbortController();
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  void exited.then(() => gone.abort(new Error(`${name} has ended`)));
  child.stdin!.on("error", () => {});
  const stop = async () => {
    child.stdin!.end();
    const patience = setTimeout(killChild, LEAVE_MS, child);
    await exited;
    clearTimeout(patience);
  };
  let output = "";
  const announced = new Promise<RegExpExecArray>((resolve) => {
    // Keeps reading to the end, since a server whose log nobody reads would block.
    child[stream]!.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < 65_536) output += text;
      const match = ready.exec(output);
      if (match !== null) resolve(match);
    });
  });
  // Not AbortSignal.timeout, which keeps Deno alive until the time is over.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => timer = setTimeout(resolve, START_MS, null));
  const match = await Promise.race([announced, exited.then(() => null), late]);
  clearTimeout(timer);
  if (match === null) {
    await stop();
    throw new Error(`${name} did not start under ${runtime.label} ${runtime.version}`);
  }
  return { host: match[1], port: Number(match[2]), runtime, gone: gone.signal, stop };
}
