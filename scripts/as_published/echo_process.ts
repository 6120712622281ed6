/** The post's listener, in a process of its own, and the suite's beside it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runArguments } from "../../bench/runtime.ts";
import { type RunningListener, startListenerProcess } from "../processes/listener_process.ts";
import { findRuntime, type Runtime } from "../processes/runtimes.ts";

const ECHO = fileURLToPath(new URL("../../bench/as_published/echo_listener.ts", import.meta.url));
const READY = /^echo on (\S+):(\d+)$/m;
const START_MS = 20_000;

/** Start it on loopback and a free port. */
export async function startEchoProcess(runtime: Runtime): Promise<RunningListener> {
  const child = spawn(runtime.path, [...runArguments(runtime.kind), ECHO], {
    // Its reads are thrown away by the system: read here, they would cost the measuring machine another process.
    stdio: ["pipe", "ignore", "pipe"],
  });
  const gone = new AbortController();
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  void exited.then(() => gone.abort(new Error("the published listener has ended")));
  child.stdin.on("error", () => {});
  const stop = async () => {
    child.stdin.end();
    const patience = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await exited;
    clearTimeout(patience);
  };
  let output = "";
  const ready = new Promise<RegExpExecArray>((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4_096);
      const match = READY.exec(output);
      if (match !== null) resolve(match);
    });
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => timer = setTimeout(resolve, START_MS, null));
  const match = await Promise.race([ready, exited.then(() => null), late]);
  clearTimeout(timer);
  if (match === null) {
    await stop();
    throw new Error(
      `the published listener did not start under ${runtime.label} ${runtime.version}`,
    );
  }
  const look = () => Promise.resolve();
  return { host: match[1], port: Number(match[2]), runtime, gone: gone.signal, look, stop };
}

export interface BothListeners {
  /** The suite's, which verifies. */
  verifying: RunningListener;
  /** The post's, which prints and echoes. */
  echoing: RunningListener;
  /** Aborts when either has died. */
  gone: AbortSignal;
  stop(): Promise<void>;
}

/** @throws {UsageError} for a runtime that is not there */
export async function startBothListeners(item: string, storeBytes: number): Promise<BothListeners> {
  const verifying = await startListenerProcess(item, storeBytes);
  try {
    const echoing = await startEchoProcess(findRuntime(item));
    const stop = async () => {
      await Promise.all([verifying.stop(), echoing.stop()]);
    };
    return { verifying, echoing, gone: AbortSignal.any([verifying.gone, echoing.gone]), stop };
  } catch (error) {
    await verifying.stop();
    throw error;
  }
}
