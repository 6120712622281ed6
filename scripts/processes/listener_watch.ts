/** Whether a listener is there and takes runs, which is asked the way a client would. */
import { connect } from "node:net";
import { decodeHello } from "../../bench/wire/answers.ts";
import { encodeHeader } from "../../bench/wire/header.ts";
import { HELLO_BYTES, type RunHeader } from "../../bench/wire/protocol.ts";

/** The header of a run without messages. */
export const NOTHING: RunHeader = {
  runId: "hello",
  messageBytes: 8,
  framing: "fixed",
  producers: 1,
  messages: 0,
  seed: 0,
  run: 0,
  warmUp: true,
};
/** Errors caused by a shortage in this process; they say nothing about the listener. */
const OWN_WANT = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL"]);
/**
 * How long a listener may take to answer (ms). After that, one that has accepted the connection counts as busy, any
 * other as gone.
 */
const PATIENCE_MS = 5_000;

export interface ListenerWatch {
  /** Aborts when the listener was found not to answer. */
  gone: AbortSignal;
  /** Asks the listener. Never rejects. */
  look(): Promise<void>;
}

export function watchListener(host: string, port: number): ListenerWatch {
  const gone = new AbortController();
  return {
    gone: gone.signal,
    look: async () => {
      if (!await stillAnswers(host, port)) gone.abort(new Error("the listener does not answer"));
    },
  };
}

/**
 * Whether a listener of this suite is there. One that accepts the connection but says nothing counts, since it may be
 * another client's turn. Never rejects.
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
    socket.on("error", ({ code }: NodeJS.ErrnoException) => decide(OWN_WANT.has(code ?? "")));
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
