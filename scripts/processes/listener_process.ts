/** The listener of a comparison: one process for all cells, or one that runs already. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runArguments } from "../../bench/runtime.ts";
import { pinned } from "./pinning.ts";
import { findRuntime, type Runtime } from "./runtimes.ts";

const SERVER = fileURLToPath(new URL("../../server.ts", import.meta.url));
const READY = /^listening on (\S+):(\d+) /m;
const START_MS = 20_000;

export interface RunningListener {
  host: string;
  port: number;
  /** What runs it; null for one that was there already. */
  runtime: Runtime | null;
  /** Aborts when the listener has died. */
  gone: AbortSignal;
  /** Finds out whether it has died, where that shows by asking only. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** Start a listener on loopback and a free port, on the given CPUs or on any. @throws {UsageError} */
export async function startListenerProcess(
  item: string,
  storeBytes: number,
  cpus: readonly number[] | null = null,
): Promise<RunningListener> {
  const runtime = findRuntime(item);
  const options = ["--port", "0", "--store", String(storeBytes), "--exit-with-stdin"];
  const args = [...runArguments(runtime.kind), SERVER, ...options];
  const child = spawn(...pinned(cpus, runtime.path, args), {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = new AbortController();
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  void exited.then(() => gone.abort(new Error("the listener has ended")));
  child.stdin.on("error", () => {});
  const stop = async () => {
    child.stdin.end();
    const patience = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await exited;
    clearTimeout(patience);
  };
  let output = "";
  child.stdout.setEncoding("utf8");
  const ready = new Promise<RegExpExecArray>((resolve) => {
    // Goes on reading for ever: a listener whose log nobody reads would block.
    child.stdout.on("data", (text: string) => {
      if (output.length < 65_536) output += text;
      const match = READY.exec(output);
      if (match !== null) resolve(match);
    });
  });
  // Not AbortSignal.timeout, which keeps Deno alive until its end.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => timer = setTimeout(resolve, START_MS, null));
  const match = await Promise.race([ready, exited.then(() => null), late]);
  clearTimeout(timer);
  if (match === null) {
    await stop();
    throw new Error(`the listener did not start under ${runtime.label} ${runtime.version}`);
  }
  const look = () => Promise.resolve();
  return { host: match[1], port: Number(match[2]), runtime, gone: gone.signal, look, stop };
}

/** For `--sink none`: nobody listens. */
export function noListener(): RunningListener {
  return {
    host: "",
    port: 0,
    runtime: null,
    gone: new AbortController().signal,
    look: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
