/** What a client is asked for one run, and which answers count. */
import { agrees, isProven, type RunReport } from "../../bench/process/spec.ts";
import { decodeVerdict } from "../../bench/wire/answers.ts";
import { printable } from "../../bench/wire/printable.ts";
import { VERDICT_BYTES } from "../../bench/wire/protocol.ts";
import type { SeenRun, Word } from "../../bench/wire/witness.ts";
import { applying } from "../cli/applying.ts";

/** One line on a client's standard input. */
export interface ClientTask {
  arm: string;
  host: string;
  port: number;
  producers: number;
  /** Threads that the producers are spread over. */
  workers: number;
  /** Messages of each producer. */
  messages: number;
  messageBytes: number;
  content: "fixed" | "grouped";
  seed: number;
  /** Number of the run within this process, from 1 on. */
  run: number;
  capacity: number;
  warmUp: boolean;
  runId: string;
}

/**
 * A client's time may be this much shorter than the listener's span, since two clocks never run alike and have a
 * limited resolution.
 */
const CLOCKS = { share: 0.001, us: 20 };

/**
 * Turns a client's answer into the report of a run: the client's own times and counts, and the listener's verdict.
 * @param wallUs from sending the task to receiving the answer
 * @param word what the listener saw under this task's run id, from before the task until after the answer
 * @throws {Error} that says what is wrong with the answer or with what was sent
 */
export function reportOf(line: string, task: ClientTask, wallUs: number, word: Word): RunReport {
  let answer: Record<string, unknown>;
  try {
    // JSON allows line breaks as white space, so they are excluded here.
    answer = Object(JSON.parse(line.includes("\n") ? "" : line));
  } catch {
    throw new Error("the client answered a run with something else than one line of JSON");
  }
  const { type, detail } = answer;
  failFor(
    type === "failed" &&
      (typeof detail === "string" ? printable(detail) : "it failed without a word"),
    type !== "run" && "the answer's type is neither run nor failed",
  );
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
  failFor(
    String(answer.verdict).toLowerCase() !== hex &&
      "verdict in the answer is not the one that the listener gave this run: " +
        [verdict.status, verdict.detail].filter((part) => part !== "").join(", "),
  );
  const elapsedUs = needed("elapsedUs");
  failFor(
    elapsedUs > wallUs &&
      `elapsedUs is ${elapsedUs}, but between question and answer were ${Math.round(wallUs)} µs`,
    (elapsedUs <= 0 || elapsedUs * (1 + CLOCKS.share) + CLOCKS.us < seen.spanUs) &&
      `elapsedUs is ${elapsedUs}, but the listener read for ${Math.round(seen.spanUs)} µs`,
  );
  const [bytes, writes, peakBytes] = ["bytes", "writes", "peakBytes"].map(needed);
  const acknowledged = needed("acknowledged");
  const messages = task.producers * task.messages;
  failFor(
    (bytes !== seen.receivedBytes || acknowledged !== bytes) &&
      `bytes is ${bytes} and acknowledged ${acknowledged}, but the listener read ${seen.receivedBytes}`,
    isProven(verdict) && !agrees(verdict, messages) &&
      "the listener's verdict contradicts its own counts",
    isProven(verdict) && bytes !== messages * task.messageBytes &&
      `the listener read ${bytes} bytes, but the task has ${messages * task.messageBytes}`,
    writes * peakBytes < bytes &&
      `${writes} writes of at most ${peakBytes} bytes are not ${bytes} bytes`,
    peakBytes > Math.max(task.capacity, task.messageBytes) &&
      `it wrote ${peakBytes} bytes at once, more than the capacity of ${task.capacity} holds`,
  );
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

/** Throws the first reason. @param reasons false where a reason does not apply */
function failFor(...reasons: readonly (string | false)[]): void {
  const [first] = applying(...reasons);
  if (first !== undefined) throw new Error(first);
}

function optional(answer: Record<string, unknown>, name: string): number | null {
  const value = answer[name] ?? null;
  if (value === null) return null;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${name} in the answer is no number of 0 or more`);
}

/** The only run of a task, which must have been announced as the task says. */
function seenRun({ begun, run }: Word, task: ClientTask): SeenRun {
  failFor(
    begun !== 1 && `the listener has seen ${begun} runs with the runId of the task, and not one`,
  );
  if (run === null) throw new Error("the listener has given this run no verdict");
  // These fields by name, since the task has others that are not part of a header.
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
