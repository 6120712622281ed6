/** Asks a client what a comparison asks, and more, against a listener whose own word is known. */
import { type FinishedRun, startListener } from "../../bench/wire/listener.ts";
import { printable } from "../../bench/wire/printable.ts";
import { type ClientTask, reportOf } from "./client_answer.ts";
import { type Client, describeClient } from "./clients.ts";
import { LineProcess } from "./line_process.ts";

/** In which a line too many would come (ms). */
const QUIET_MS = 50;

/** Each arm's runs, in one process: what they have in common with a comparison, and its corners. */
const RUNS: readonly Partial<ClientTask>[] = [
  { warmUp: true },
  { seed: 7, messages: 600 },
  { content: "grouped", capacity: 256 },
  { producers: 1, workers: 1 },
  { messageBytes: 64, capacity: 4_096 },
  { messageBytes: 8, producers: 5, workers: 3 },
];

/** Every fault of a client in words; none of one that keeps to the page. Never rejects for a fault of the client. */
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
  const runs: FinishedRun[] = [];
  const listener = await startListener({
    host: "127.0.0.1",
    port: 0,
    storeBytes: 1 << 22,
    onRun: (run) => runs.push(run),
  });
  const base: ClientTask = {
    arm: "",
    host: listener.host,
    port: listener.port,
    producers: 7,
    workers: Math.min(2, client.threads),
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
    for (const arm of Object.keys(client.arms)) {
      const process = new LineProcess(null, path, []);
      const asked = RUNS.map((change, at) => ({ ...base, arm, run: at + 1, ...change })).filter(
        ({ messageBytes, workers }) =>
          workers <= client.threads && messageBytes >= client.messageBytes[0] &&
          messageBytes <= client.messageBytes[1],
      );
      for (const task of asked) {
        runs.length = 0;
        const fault = await faultOf(process, task, runs, timeoutMs);
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
  runs: FinishedRun[],
  timeoutMs: number,
): Promise<string | null> {
  const before = performance.now();
  const output = await answerOf(process, task, timeoutMs);
  const wallUs = (performance.now() - before) * 1_000;
  if (typeof output !== "string") return output.fault;
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  if (process.output.trimEnd().includes("\n")) return "it answered one task with several lines";
  try {
    const report = reportOf(printable(output.trimEnd()), task, wallUs);
    if (runs.length !== 1) return `the listener has seen ${runs.length} runs, and not one`;
    const { header, verdict } = runs[0];
    if (report.peakBytes > Math.max(task.capacity, task.messageBytes)) {
      return `it wrote ${report.peakBytes} bytes at once, more than the capacity of ${task.capacity} holds`;
    }
    const odd = (["producers", "messages", "messageBytes", "seed", "run", "warmUp"] as const)
      .find((name) => header[name] !== task[name]);
    if (odd !== undefined) return `the header says ${odd} ${header[odd]}, the task ${task[odd]}`;
    if (header.framing !== task.content) return `the header says ${header.framing} for its content`;
    if (verdict.status !== report.status) {
      return `the listener says ${verdict.status}, the client ${report.status}: ${report.detail}`;
    }
    return report.status === "ok" ? null : `${report.status}: ${report.detail}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What it says to an arm that it does not have, and whether it leaves when nobody will ask again. */
async function faultsAtTheEnd(
  process: LineProcess,
  task: ClientTask,
  timeoutMs: number,
): Promise<string[]> {
  const faults: string[] = [];
  if (!process.isGone) {
    const output = await answerOf(process, { ...task, arm: "no-such-arm" }, timeoutMs);
    if (typeof output !== "string") faults.push(`an unknown arm: ${output.fault}`);
    else if (!/"type":\s*"failed"/.test(output)) {
      faults.push("an unknown arm is not answered with failed");
    }
  }
  if (!process.isGone) {
    process.hangUp();
    const timer = setTimeout(() => {
      faults.push("it does not end when its standard input does");
      process.kill();
    }, timeoutMs);
    await process.gone;
    clearTimeout(timer);
    if (process.how!.startsWith("code") && process.how !== "code 0") {
      faults.push(`it ended with ${process.how} and not with 0`);
    }
  }
  return faults;
}

async function answerOf(
  process: LineProcess,
  task: ClientTask,
  timeoutMs: number,
): Promise<string | { fault: string }> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    process.kill();
  }, timeoutMs);
  const output = await process.tell(task, (text) => text.includes("\n"));
  clearTimeout(timer);
  if (output.includes("\n")) return output;
  return {
    fault: isLate
      ? `no answer within ${timeoutMs / 1_000} s`
      : `it ended (${process.how}) without an answer`,
  };
}
