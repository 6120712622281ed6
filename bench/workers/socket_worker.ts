/**
 * The entry of a Worker of the control `own-socket`: it has its own connection to the listener and writes its
 * producers' messages there in large chunks, through no other thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type MessageEnd, producersOf, senderOf } from "../workload/schedule.ts";
import { workingEnd } from "../workload/work.ts";
import type { RunHeader } from "../wire/protocol.ts";
import type { RunSink, RunVerdict } from "../wire/sink.ts";
import { socketRuns } from "../wire/socket_sink.ts";
import type { RunPlan } from "./control_block.ts";

/** What such a Worker is started with. */
export interface SocketSetup {
  listener: { host: string; port: number };
  worker: number;
  workers: number;
  /** Bytes per write. */
  chunk: number;
  /** One word: the number of the run that was released last. */
  released: SharedArrayBuffer;
}

/** What it says in each run: that it is connected, that all is acknowledged, the listener's verdict, or what failed. */
export type SocketSaid =
  | { said: "online" }
  | { said: "ready"; connectUs: number }
  | { said: "acknowledged"; acknowledged: number; bytes: number; writes: number; peakBytes: number }
  | { said: "verdict"; verdict: RunVerdict }
  | { said: "failed"; why: string };

const { listener, worker, workers, chunk, ...shared } = workerData as SocketSetup;
const port = parentPort!;
const released = new Int32Array(shared.released);
const openRun = socketRuns(listener.host, listener.port);
const buffer = new Uint8Array(chunk);
const say = (message: SocketSaid) => port.postMessage(message);

port.on("message", ({ header, plan }: { header: RunHeader; plan: RunPlan }) => {
  run(header, plan).catch((error: Error) => say({ said: "failed", why: error.message }));
});
say({ said: "online" });

async function run(header: RunHeader, plan: RunPlan): Promise<void> {
  const ids = producersOf(worker, workers, plan.producers);
  let filled = 0;
  const end: MessageEnd = {
    send(message) {
      buffer.set(message, filled);
      filled += message.length;
    },
    sendByte(byte) {
      buffer[filled++] = byte;
    },
  };
  const sender = senderOf(workingEnd(end, plan), ids, plan);
  const sink = await openRun(header, () => {});
  say({ said: "ready", connectUs: sink.connectUs });
  // Nothing else has to happen on this thread before the release, so it may sleep.
  for (let now = 0; (now = Atomics.load(released, 0)) < plan.run;) Atomics.wait(released, 0, now);
  let bytes = 0;
  let writes = 0;
  let peakBytes = 0;
  const write = async () => {
    await sink.write(buffer.subarray(0, filled));
    bytes += filled;
    writes++;
    peakBytes = Math.max(peakBytes, filled);
    filled = 0;
  };
  const most = Math.max(1, Math.floor(chunk / plan.messageBytes));
  for (const id of ids) {
    for (let from = 0; from < plan.messages;) {
      const room = Math.floor((chunk - filled) / plan.messageBytes);
      if (room === 0) {
        await write();
        continue;
      }
      const to = Math.min(plan.messages, from + Math.min(room, most));
      sender.sendSome(id, from, to);
      from = to;
    }
  }
  if (filled > 0) await write();
  await finish(sink, bytes, writes, peakBytes);
}

async function finish(
  sink: RunSink,
  bytes: number,
  writes: number,
  peakBytes: number,
): Promise<void> {
  const acknowledged = await sink.finish();
  say({ said: "acknowledged", acknowledged, bytes, writes, peakBytes });
  say({ said: "verdict", verdict: await sink.verdict() });
}
