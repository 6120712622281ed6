/** A listener that ran before us and that nobody here has started: whether it answers, and whether it still does. */
import { connect } from "node:net";
import { decodeHello } from "../../bench/wire/answers.ts";
import { encodeHeader } from "../../bench/wire/header.ts";
import { HELLO_BYTES, type RunHeader } from "../../bench/wire/protocol.ts";
import { socketRuns } from "../../bench/wire/socket_sink.ts";
import { UsageError } from "../cli/command.ts";
import type { RunCell } from "./cell_process.ts";
import type { RunningListener } from "./listener_process.ts";

/** A run without a message. */
const NOTHING: RunHeader = {
  runId: "hello",
  messageBytes: 8,
  framing: "fixed",
  producers: 1,
  messages: 0,
  seed: 0,
  run: 0,
  warmUp: true,
};
/** How long a listener may take to answer before it counts as busy, or as gone where it does not even connect (ms). */
const PATIENCE_MS = 5_000;

/** Make sure that a listener of ours answers there. @throws {UsageError} */
export async function joinListener(host: string, port: number): Promise<RunningListener> {
  try {
    const run = await socketRuns(host, port)(NOTHING, () => {});
    await run.finish();
    await run.verdict();
  } catch (error) {
    throw new UsageError(`--listener ${host}:${port}: ${(error as Error).message}`);
  }
  const gone = new AbortController();
  return {
    host,
    port,
    runtime: null,
    gone: gone.signal,
    look: async () => {
      if (!await stillAnswers(host, port)) gone.abort(new Error("the listener does not answer"));
    },
    stop: () => Promise.resolve(),
  };
}

/**
 * Whether a listener of ours is there. One that takes the connection and says nothing is: another client may have
 * its turn. Never rejects.
 */
export function stillAnswers(
  host: string,
  port: number,
  patienceMs = PATIENCE_MS,
): Promise<boolean> {
  const socket = connect({ host, port });
  let isConnected = false;
  let answer = new Uint8Array(0);
  return new Promise((resolve) => {
    const decide = (isThere: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isThere);
    };
    const timer = setTimeout(() => decide(isConnected), patienceMs);
    socket.once("connect", () => {
      isConnected = true;
      socket.write(encodeHeader(NOTHING));
    });
    socket.on("error", () => decide(false));
    socket.once("close", () => decide(false));
    socket.once("end", () => decide(false));
    socket.on("data", (chunk: Uint8Array) => {
      answer = new Uint8Array([...answer, ...chunk]).slice(0, HELLO_BYTES);
      if (answer.length === HELLO_BYTES) decide(isHello(answer));
    });
  });
}

function isHello(bytes: Uint8Array): boolean {
  try {
    decodeHello(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Behind every process that failed the listener is looked at, so that its death becomes no failure of a cell. */
export function lookingAt({ look }: RunningListener, runCell: RunCell): RunCell {
  return async (runtime, spec, limits) => {
    const outcome = await runCell(runtime, spec, limits);
    const { end, events } = outcome;
    if (end !== "done" || events.some(({ type }) => type === "failed")) await look();
    return outcome;
  };
}
