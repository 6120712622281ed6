/**
 * The listener as a program: `node server.ts`, `deno run -A server.ts`, `bun server.ts`.
 * Prints one line when it is ready and one for every run that ends.
 */
import { type FinishedRun, startListener } from "./bench/wire/listener.ts";
import type { RunHeader } from "./bench/wire/protocol.ts";
import { currentRuntime } from "./bench/runtime.ts";
import { command, EXIT, runMain, UsageError } from "./scripts/cli/command.ts";
import { byteSize, count } from "./scripts/cli/values.ts";

await runMain("server", async () => {
  const options = readOptions();
  const listener = await startListener({ ...options, onRun, onAbort, onError }).catch((error) => {
    throw new UsageError(explain(error, options));
  });
  const { kind, version } = currentRuntime();
  console.log(
    `listening on ${listener.host}:${listener.port} (${kind} ${version}, store ${options.storeBytes} bytes)`,
  );
  const code = await untilToldToStop(options.exitWithStdin);
  await listener.close();
  return code;
});

function readOptions() {
  const program = command(
    "server",
    "Accept fan-in runs, verify every message, answer with a verdict.",
  )
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on, 0 for a free one", count(0, 65_535), 7_070)
    .option(
      "--store <bytes>",
      "a run up to this size is checked after its clock has stopped, a larger one as it comes",
      byteSize(1),
      256 * 2 ** 20,
    )
    .option("--exit-with-stdin", "end when standard input does (for a parent process)", false)
    .parse(process.argv);
  const { host, port, store, exitWithStdin } = program.opts();
  return { host, port, storeBytes: store, exitWithStdin } as {
    host: string;
    port: number;
    storeBytes: number;
    exitWithStdin: boolean;
  };
}

function explain(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }) {
  if (error.code === "EADDRINUSE") {
    return `port ${port} on ${host} is in use; choose another with --port, or 0 for a free one`;
  }
  return `cannot listen on ${host}:${port} (${
    error.code ?? error.message
  }); check --host and --port`;
}

function onRun({ header, receivedBytes, verdict }: FinishedRun): void {
  const detail = verdict.detail === "" ? "" : `, ${verdict.detail}`;
  const kind = header.warmUp ? "warm-up" : "run";
  console.log(
    `${kind} ${header.runId}: ${verdict.status}, ${verdict.delivered} of ` +
      `${verdict.expected ?? "an unknown number of"} messages, ${receivedBytes} bytes${detail}`,
  );
}

function onAbort(header: RunHeader, receivedBytes: number, why: string): void {
  console.log(`run ${header.runId}: no verdict after ${receivedBytes} bytes, ${why}`);
}

function onError(error: Error): void {
  console.error(`server: a connection was refused (${error.message})`);
}

/** Resolves with the exit code once a signal or the end of standard input says so. */
function untilToldToStop(exitWithStdin: boolean): Promise<number> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve(EXIT.interrupted));
    process.once("SIGTERM", () => resolve(EXIT.terminated));
    if (exitWithStdin) process.stdin.once("end", () => resolve(EXIT.ok)).resume();
  });
}
