/** What a client is asked for one run, and what its answer must be to count. */
import type { RunReport } from "../../bench/process/spec.ts";
import { decodeVerdict, verdictDetailLength } from "../../bench/wire/answers.ts";
import { VERDICT_BYTES } from "../../bench/wire/protocol.ts";

/** One line on a client's standard input. */
export interface ClientTask {
  arm: string;
  host: string;
  port: number;
  producers: number;
  /** Threads that the producers are spread over. */
  workers: number;
  /** A producer. */
  messages: number;
  messageBytes: number;
  content: "fixed" | "grouped";
  seed: number;
  /** Of this process, from 1 on. */
  run: number;
  capacity: number;
  warmUp: boolean;
  runId: string;
}

/**
 * A client's answer as the report of a run. The verdict is read from the listener's own bytes.
 * @param wallUs from the task's line to the answer's
 * @throws {Error} with what is wrong with the answer
 */
export function reportOf(line: string, task: ClientTask, wallUs: number): RunReport {
  let answer: Record<string, unknown>;
  try {
    answer = Object(JSON.parse(line));
  } catch {
    throw new Error("the client answered a run with something else than one line of JSON");
  }
  if (answer.type === "failed") {
    throw new Error(typeof answer.detail === "string" ? answer.detail : "it failed without a word");
  }
  if (answer.type !== "run") throw new Error("the answer's type is neither run nor failed");
  const needed = (name: string): number => {
    const value = optional(answer, name);
    if (value === null) throw new Error(`the answer has no ${name}`);
    return value;
  };
  const elapsedUs = needed("elapsedUs");
  if (elapsedUs <= 0 || elapsedUs > wallUs) {
    throw new Error(
      `elapsedUs is ${elapsedUs}, but between question and answer were ${Math.round(wallUs)} µs`,
    );
  }
  const bytes = needed("bytes");
  const expected = task.producers * task.messages;
  const verdict = verdictOf(answer.verdict);
  if (verdict.expected !== expected) {
    throw new Error(`the verdict is about ${verdict.expected} messages, and not ${expected}`);
  }
  const acknowledged = needed("acknowledged");
  return {
    ...verdict,
    ...(verdict.status === "ok" &&
        (bytes !== expected * task.messageBytes || acknowledged !== bytes)
      ? { status: "error", detail: `${bytes} bytes written, ${acknowledged} acknowledged` }
      : {}),
    verify: verdict.mode,
    messages: task.messages,
    elapsedUs,
    connectUs: needed("connectUs"),
    bytes,
    writes: needed("writes"),
    peakBytes: needed("peakBytes"),
    producerParks: optional(answer, "producerParks"),
    producerBlockedUs: optional(answer, "producerBlockedUs"),
    failedClaims: optional(answer, "failedClaims"),
    consumerParks: optional(answer, "consumerParks"),
    cpuUserUs: optional(answer, "cpuUserUs"),
    cpuSystemUs: optional(answer, "cpuSystemUs"),
    waits: null,
  };
}

function optional(answer: Record<string, unknown>, name: string): number | null {
  const value = answer[name] ?? null;
  if (value === null) return null;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${name} in the answer is no number of 0 or more`);
}

function verdictOf(hex: unknown) {
  const pairs = typeof hex === "string" && /^([0-9a-f]{2})+$/i.test(hex) ? hex.match(/../g)! : [];
  const bytes = Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
  if (bytes.length < VERDICT_BYTES || bytes.length < VERDICT_BYTES + verdictDetailLength(bytes)) {
    throw new Error("verdict in the answer is not the listener's verdict and its detail in hex");
  }
  const end = VERDICT_BYTES + verdictDetailLength(bytes);
  return decodeVerdict(bytes.subarray(0, VERDICT_BYTES), bytes.subarray(VERDICT_BYTES, end));
}
