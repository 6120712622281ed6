/**
 * What the listener itself says about a run, for a program that starts a client and must not rely on the client's
 * report. `docs/protocol.md` describes it under "A witness".
 */
import type { Socket } from "node:net";
import { encodeVerdict } from "./answers.ts";
import { ascii, block, getCount, hasMagic, MAGIC, setCount, text, viewOf } from "./bytes.ts";
import { decodeHeader, encodeHeader } from "./header.ts";
import { printable } from "./printable.ts";
import { HEADER_BYTES, type HelloStatus, ProtocolError, type RunHeader } from "./protocol.ts";
import type { FinishedRun } from "./received_run.ts";

/** Bytes of a witness's question. */
export const QUESTION_BYTES = 32;
/** Bytes of the word that come before the header. */
const COUNTS_BYTES = 32;
/** Each witness holds a connection, and may forget to leave. */
const MAX_WITNESSES = 64;

/** What the listener has seen of the runs of one id since it was asked. */
export interface Word {
  /** Runs that it has accepted. */
  begun: number;
  /** The last of these runs that has a verdict, or null. */
  run: SeenRun | null;
}

export interface SeenRun {
  header: RunHeader;
  receivedBytes: number;
  /** From when the listener read the first byte of messages to when it read the last, by its own clock. */
  spanUs: number;
  /** The verdict and its detail, byte for byte as the sender has received them. */
  verdict: Uint8Array;
}

/** @param runId up to 24 characters of ASCII */
export function encodeQuestion(runId: string): Uint8Array {
  const { bytes } = block(QUESTION_BYTES, MAGIC.question);
  bytes.set(ascii(runId).subarray(0, QUESTION_BYTES - 8), 8);
  return bytes;
}

/** The run id that it asks about. */
export function decodeQuestion(bytes: Uint8Array): string {
  return printable(text(bytes.subarray(8, QUESTION_BYTES)).replace(/\0+$/, ""));
}

/** @throws {ProtocolError} */
export function decodeWord(bytes: Uint8Array): Word {
  if (bytes.length < COUNTS_BYTES || !hasMagic(bytes, MAGIC.word)) {
    throw new ProtocolError("the listener's word on a run is garbled");
  }
  const view = viewOf(bytes);
  const begun = view.getUint32(8, true);
  if (bytes.length === COUNTS_BYTES) return { begun, run: null };
  const end = COUNTS_BYTES + HEADER_BYTES;
  const header = decodeHeader(bytes.subarray(COUNTS_BYTES, end));
  if (typeof header === "string") throw new ProtocolError(`the listener accepted ${header}`);
  const spanUs = getCount(view, 24)! / 1_000;
  const run = { header, receivedBytes: getCount(view, 16)!, spanUs, verdict: bytes.slice(end) };
  return { begun, run };
}

interface Seen {
  socket: Socket;
  begun: number;
  run: FinishedRun | null;
}

/** The witnesses of one listener. */
export class Witnesses {
  /** By run id, the oldest first. */
  readonly #seen = new Map<string, Seen>();

  /**
   * Notes from now on what happens to runs of this id, until the witness ends its half of the connection, and then
   * sends it the word. Notes nothing unless it returns "accepted". Drops the oldest witness where there are too many.
   */
  admit(socket: Socket, runId: string): HelloStatus {
    if (this.#seen.has(runId)) return "bad values";
    if (this.#seen.size >= MAX_WITNESSES) {
      const [[oldest, { socket: its }]] = this.#seen;
      this.#seen.delete(oldest);
      its.destroy();
    }
    const seen: Seen = { socket, begun: 0, run: null };
    this.#seen.set(runId, seen);
    socket.on("data", () => {});
    socket.on("end", () => socket.end(encodeWord(seen)));
    socket.on("close", () => {
      // Another witness may have taken the place of one that was dropped.
      if (this.#seen.get(runId) === seen) this.#seen.delete(runId);
    });
    return "accepted";
  }

  /** Called when a run gets its hello. */
  begin({ runId }: RunHeader): void {
    const seen = this.#seen.get(runId);
    if (seen !== undefined) seen.begun++;
  }

  /** Called when a run has its verdict. */
  end(run: FinishedRun): void {
    const seen = this.#seen.get(run.header.runId);
    if (seen !== undefined) seen.run = run;
  }
}

function encodeWord({ begun, run }: Omit<Seen, "socket">): Uint8Array {
  const { bytes, view } = block(COUNTS_BYTES, MAGIC.word);
  view.setUint32(8, begun, true);
  if (run === null) return bytes;
  setCount(view, 16, run.receivedBytes);
  setCount(view, 24, run.spanUs * 1_000);
  return new Uint8Array([...bytes, ...encodeHeader(run.header), ...encodeVerdict(run.verdict)]);
}
