/** What a client is asked for one run, and what its answer must be to count. */
import { agrees, isProven, type RunReport } from "../../bench/process/spec.ts";
import { decodeVerdict } from "../../bench/wire/answers.ts";
import { printable } from "../../bench/wire/printable.ts";
import { VERDICT_BYTES } from "../../bench/wire/protocol.ts";
import type { SeenRun, Word } from "../../bench/wire/witness.ts";

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

/** Of the listener's span that a client's time may be shorter: two clocks never go alike, nor do they tell all. */
const CLOCKS = { share: 0.001, us: 20 };

/**
 * A client's answer as the report of a run: its own times and counts, and the verdict of the listener.
 * @param wallUs from the task's line to the answer's
 * @param word what the listener has seen, under the run id of this task, from before the task to behind the answer
 * @throws {Error} with what is wrong with the answer, or with what was sent
 */
export function reportOf(line: string, task: ClientTask, wallUs: number, word: Word): RunReport {
  let answer: Record<string, unknown>;
  try {
    // To JSON a line break is white space.
    answer = Object(JSON.parse(line.includes("\n") ? "" : line));
  } catch {
    throw new Error("the client answered a run with something else than one line of JSON");
  }
  if (answer.type === "failed") {
    throw new Error(
      typeof answer.detail === "string" ? printable(answer.detail) : "it failed without a word",
    );
  }
  if (answer.type !== "run") throw new Error("the answer's type is neither run nor failed");
  const needed = (name: string): number => {
    const value = optional(answer, name);
    if (value === null) throw new Error(`the answer has no ${name}`);
    return value;
  };
  const seen = seenRun(word, task);
  const { mode, ...verdict } = decodeVerdict(
    seen.verdict.subarray(0, VERDICT_BYTES),
    seen.verdict.subarray(VERDICT_BYTES),
  );
  const hex = Array.from(seen.verdict, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (String(answer.verdict).toLowerCase() !== hex) {
    const { status, detail } = verdict;
    throw new Error(
      "verdict in the answer is not the one that the listener gave this run: " +
        (detail === "" ? status : `${status}, ${detail}`),
    );
  }
  const elapsedUs = needed("elapsedUs");
  if (elapsedUs > wallUs) {
    throw new Error(
      `elapsedUs is ${elapsedUs}, but between question and answer were ${Math.round(wallUs)} µs`,
    );
  }
  if (elapsedUs <= 0 || elapsedUs * (1 + CLOCKS.share) + CLOCKS.us < seen.spanUs) {
    throw new Error(
      `elapsedUs is ${elapsedUs}, but the listener read for ${Math.round(seen.spanUs)} µs`,
    );
  }
  const [bytes, writes, peakBytes] = ["bytes", "writes", "peakBytes"].map(needed);
  const acknowledged = needed("acknowledged");
  if (bytes !== seen.receivedBytes || acknowledged !== bytes) {
    throw new Error(
      `bytes is ${bytes} and acknowledged ${acknowledged}, but the listener read ${seen.receivedBytes}`,
    );
  }
  const messages = task.producers * task.messages;
  if (isProven(verdict) && !agrees(verdict, messages)) {
    throw new Error("the listener's verdict contradicts its own counts");
  }
  if (isProven(verdict) && bytes !== messages * task.messageBytes) {
    throw new Error(
      `the listener read ${bytes} bytes, but the task has ${messages * task.messageBytes}`,
    );
  }
  if (writes * peakBytes < bytes) {
    throw new Error(`${writes} writes of at most ${peakBytes} bytes are not ${bytes} bytes`);
  }
  if (peakBytes > Math.max(task.capacity, task.messageBytes)) {
    throw new Error(
      `it wrote ${peakBytes} bytes at once, more than the capacity of ${task.capacity} holds`,
    );
  }
  return {
    ...verdict,
    verify: mode,
    messages: task.messages,
    elapsedUs,
    connectUs: needed("connectUs"),
    bytes,
    writes,
    peakBytes,
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

/** The one run of a task, announced as it was asked for. */
function seenRun({ begun, run }: Word, task: ClientTask): SeenRun {
  if (begun !== 1) {
    throw new Error(`the listener has seen ${begun} runs with the runId of the task, and not one`);
  }
  if (run === null) throw new Error("the listener has given this run no verdict");
  const { messageBytes, content: framing, producers, messages, seed, warmUp, runId } = task;
  const asked: Record<string, unknown> = {
    messageBytes,
    framing,
    producers,
    messages,
    seed,
    run: task.run,
    warmUp,
    runId,
  };
  const announced: Record<string, unknown> = { ...run.header };
  for (const name of Object.keys({ ...asked, ...announced })) {
    if (announced[name] === asked[name]) continue;
    throw new Error(
      name in asked
        ? `the header says ${name} ${announced[name]}, the task ${asked[name]}`
        : `the header asks for ${name}, the task does not`,
    );
  }
  return run;
}
