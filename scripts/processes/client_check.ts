/** Checks a client: asks it for everything that a comparison asks for, and more. */
import { startListener } from "../../bench/wire/listener.ts";
import { type Limits, withinLimits } from "./child.ts";
import type { ClientTask } from "./client_answer.ts";
import { answerOf, askForRun } from "./client_run.ts";
import { type Client, describeClient } from "./clients.ts";
import { LineProcess } from "./line_process.ts";

/** After each answer, a surplus line is waited for this long (ms). */
const QUIET_MS = 50;

/** The runs of each arm, all in one process: those of a usual comparison, and corner cases. */
const RUNS: readonly Partial<ClientTask>[] = [
  { warmUp: true },
  { seed: 7, messages: 600 },
  { content: "grouped", capacity: 256 },
  { producers: 1, workers: 1 },
  { messageBytes: 64, capacity: 4_100 },
  { messageBytes: 8, producers: 5, workers: 3 },
];

/**
 * All faults of a client in words; empty for a client that keeps to docs/clients.md. Never rejects for a fault of the
 * client.
 */
export async function checkClient(
  path: string,
  timeoutMs: number,
  onStep: (line: string) => void,
): Promise<string[]> {
  let client: Client;
  try {
    client = describeClient(path, "client");
  } catch (error) {
    return [(error as Error).message];
  }
  onStep(`--describe: version ${client.version}, arms ${Object.keys(client.arms).join(", ")}`);
  const listener = await startListener({ host: "127.0.0.1", port: 0, storeBytes: 1 << 22 });
  const base: ClientTask = {
    arm: "",
    host: listener.host,
    port: listener.port,
    producers: 7,
    workers: 2,
    messages: 300,
    messageBytes: 1,
    content: "fixed",
    seed: 1,
    run: 0,
    capacity: 1 << 22,
    warmUp: false,
    runId: "check",
  };
  try {
    const faults: string[] = [];
    for (const [arm, label] of Object.entries(client.arms)) {
      const process = new LineProcess(null, path, []);
      const asked = RUNS.map((change, at) => ({
        ...base,
        arm,
        run: at + 1,
        ...change,
        workers: Math.min(change.workers ?? base.workers, client.threads),
      })).filter(({ messageBytes }) =>
        messageBytes >= client.messageBytes[0] && messageBytes <= client.messageBytes[1]
      );
      for (const task of asked) {
        if (label === "empty") task.messages = 0;
        const fault = await faultOf(process, task, timeoutMs);
        const what =
          `${arm}, ${task.producers} producers, ${task.messageBytes}-byte messages, ${task.content}`;
        onStep(`${fault === null ? "ok" : "fault"}: ${what}`);
        if (fault !== null) faults.push(`${what}: ${fault}`);
        if (process.isGone) break;
      }
      faults.push(...await faultsAtTheEnd(process, { ...base, run: 99 }, timeoutMs));
    }
    return [...new Set(faults)];
  } finally {
    await listener.close();
  }
}

async function faultOf(
  process: LineProcess,
  task: ClientTask,
  timeoutMs: number,
): Promise<string | null> {
  let fault: string | null;
  try {
    const { status, detail } = await inTime(process, timeoutMs, askForRun(process, task));
    fault = status === "ok" ? null : `${status}: ${detail}`;
  } catch (error) {
    fault = (error as Error).message;
  }
  if (process.isGone) return fault;
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  return process.output.trimEnd().includes("\n")
    ? "it answered one task with several lines"
    : fault;
}

/** Checks the answer to an arm that the client does not have, and whether the client ends when its input does. */
async function faultsAtTheEnd(
  process: LineProcess,
  task: ClientTask,
  timeoutMs: number,
): Promise<string[]> {
  const faults: string[] = [];
  if (!process.isGone) {
    const asking = answerOf(process, { ...task, arm: "no-such-arm" });
    const answer = await inTime(process, timeoutMs, asking).catch(({ message }) => {
      faults.push(`an unknown arm: ${message}`);
      return null;
    });
    if (answer !== null && !/"type":\s*"failed"/.test(answer)) {
      faults.push("an unknown arm is not answered with failed");
    }
  }
  if (!process.isGone) {
    process.hangUp();
    const { stopped } = await withinLimits(process, limitsOf(timeoutMs), () => process.gone);
    if (stopped !== null) faults.push("it does not end when its standard input does");
    else if (process.how !== "code 0") faults.push(`it ended with ${process.how} and not with 0`);
  }
  return faults;
}

/** Kills a client that does not answer in time, and throws an error that says so. */
async function inTime<T>(process: LineProcess, timeoutMs: number, asking: Promise<T>): Promise<T> {
  const settled = () => Promise.allSettled([asking]);
  const { result: [answer], stopped } = await withinLimits(process, limitsOf(timeoutMs), settled);
  if (answer.status === "fulfilled") return answer.value;
  if (!process.isGone || process.output.includes("\n")) throw answer.reason;
  throw new Error(
    stopped === "timeout"
      ? `no answer within ${timeoutMs / 1_000} s`
      : `it ended (${process.how}) without an answer`,
  );
}

/** A check has no other limit than its time. */
function limitsOf(timeoutMs: number): Limits {
  return { timeoutMs, signal: new AbortController().signal };
}
