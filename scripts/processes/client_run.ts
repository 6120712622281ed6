/** One run of a client, checked against what the listener itself has seen of it. */
import { randomBytes } from "node:crypto";
import type { RunReport } from "../../bench/process/spec.ts";
import { type ClientTask, reportOf } from "./client_answer.ts";
import type { LineProcess } from "./line_process.ts";
import { watchRun } from "./run_watch.ts";

/** Rejects with what is wrong, either with the client or with what it has sent. */
export async function askForRun(process: LineProcess, asked: ClientTask): Promise<RunReport> {
  // Nobody can know this id before, so nothing can have been sent under it.
  const runId = `${asked.runId.slice(0, 11)} ${randomBytes(6).toString("hex")}`;
  const task = { ...asked, runId };
  const gone = process.gone.then(() => `the client has ended (${process.how})`);
  const watch = await watchRun(task.host, task.port, runId, gone);
  try {
    const before = performance.now();
    const answer = await answerOf(process, task);
    const wallUs = (performance.now() - before) * 1_000;
    return reportOf(answer, task, wallUs, await watch.word());
  } finally {
    watch.close();
  }
}

/** The answer as it came, so it is not safe to print. Rejects if the client ends instead of answering. */
export async function answerOf(process: LineProcess, task: ClientTask): Promise<string> {
  const output = await process.tell(task, (text) => text.includes("\n"));
  if (!output.includes("\n")) throw new Error("the client has ended");
  return output.trimEnd();
}
