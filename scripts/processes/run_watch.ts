/** Asks the listener what it has seen of a run that another process sends. */
import { connect } from "node:net";
import { decodeHello } from "../../bench/wire/answers.ts";
import { HELLO_BYTES, ProtocolError } from "../../bench/wire/protocol.ts";
import { decodeWord, encodeQuestion, type Word } from "../../bench/wire/witness.ts";

/** How long to wait for the listener (ms), which has one thread and may be checking another client's run. */
const PATIENCE_MS = 30_000;

export interface RunWatch {
  /** What the listener has seen since `watchRun` resolved. Call it once. */
  word(): Promise<Word>;
  /** Ends the connection; nothing is asked any more. */
  close(): void;
}

/**
 * Resolves once the listener takes note of every run with this id. Rejects if it does not, or does not answer.
 * @param gone resolves with a reason when the sender has ended; nothing is waited for any more
 */
export async function watchRun(
  host: string,
  port: number,
  runId: string,
  gone?: Promise<string>,
): Promise<RunWatch> {
  const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
  let answer = new Uint8Array(0);
  const ended = new Promise<void>((resolve, reject) => {
    socket.once("end", resolve);
    socket.on("error", reject);
    socket.once("close", () => reject(new Error("the listener does not say what it has seen")));
  });
  ended.catch(() => {});
  void gone?.then((how) => socket.destroy(new Error(how)));
  const greeted = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Uint8Array) => {
      answer = new Uint8Array([...answer, ...chunk]);
      if (answer.length >= HELLO_BYTES) resolve();
    });
  });
  const soon = async (step: Promise<void>) => {
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    await step.finally(() => clearTimeout(timer));
  };
  try {
    socket.write(encodeQuestion(runId));
    await soon(Promise.race([greeted, ended]));
    const { status } = decodeHello(answer);
    if (status !== "accepted") {
      throw new ProtocolError(`the listener does not say what it sees of a run: ${status}`);
    }
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    async word() {
      socket.end();
      await soon(ended);
      return decodeWord(answer.subarray(HELLO_BYTES));
    },
    close: () => socket.destroy(),
  };
}
