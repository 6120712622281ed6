/**
 * Peers: what people would use instead, with the same proof of delivery as the strategies. They are not in the default
 * matrix; `--strategies peers` has all of them. Each is loaded only where it is measured, so that no other process
 * contains its library.
 */
import { MAX_MEMORY_BYTES } from "../../strategies/primitives/layout.ts";
import { findStrategy } from "../../strategies/registry.ts";
import {
  type AsyncStrategy,
  type BlockingStrategy,
  type CapacityRange,
  MAX_MESSAGE_BYTES,
  type Strategy,
} from "../../strategies/strategy.ts";
import type { RuntimeKind } from "../runtime.ts";
import type { Workload } from "../workload/lines.ts";
import { batchBytes } from "./batch_size.ts";
import type { StartPool } from "./pool_task.ts";

/** Why a cell cannot be run, or null where it can. */
export type Lack = (
  of: { runtime: RuntimeKind; workload: Workload; isPaced: boolean },
) => string | null;

type Loaded = "open" | "join";

export interface Peer extends Omit<BlockingStrategy, Loaded | "kind"> {
  kind: Strategy["kind"];
  /** The settings that `peers` stands for; left out: the defaults alone. */
  forms?: readonly Readonly<Record<string, string>>[];
  lack?: Lack;
  /** Its hand-off reads each Worker's standard output. */
  readsStdout?: true;
  /** Loads it, where it hands over between Workers of the suite. */
  load?(): Promise<Pick<BlockingStrategy, Loaded> | Pick<AsyncStrategy, Loaded>>;
  /** Loads it, where it has Workers of its own. */
  loadPool?(): Promise<{ start: StartPool }>;
}

const largest = (capacity: number) => Math.min(MAX_MESSAGE_BYTES, capacity);
const each = (capacity: number, workers: number) => largest(Math.floor(capacity / workers));
const least = (messages: number) => (workers: number, messageBytes: number): CapacityRange => ({
  least: messages * workers * messageBytes,
  largest: MAX_MEMORY_BYTES,
});

const TASK = {
  task: {
    help: "message: one a task; batch: up to 64 KiB of one producer's messages a task, transferred",
    default: "message",
    choices: ["message", "batch"],
  },
};

/** What both pools have in common. */
const pool = {
  // All lanes are in flight at once, and none blocks a thread of its own.
  kind: "async",
  params: TASK,
  forms: [{ task: "message" }, { task: "batch" }],
  largestMessage: (capacity, workers) => batchBytes(Math.floor(capacity / workers)),
  capacityRange: least(2),
  lack({ workload, isPaced }) {
    if (isPaced) {
      return "its tasks are handed over from the consumer's thread, which no due time paces";
    }
    return workload === "bytes" || workload === "domains generated"
      ? null
      : "which Worker of the pool sends a line is known inside the run alone, so none can be made before the clock; --generate makes them inside";
  },
} satisfies Partial<Given>;

type Given = Omit<Peer, "params" | "variants"> & Partial<Pick<Peer, "params">>;

const OWN: readonly Given[] = [
  {
    name: "ringbuf.js",
    kind: "blocking",
    summary: "peer: ringbuf.js 0.4.0 (Paul Adenot), a wait-free ring per Worker; both ends poll",
    largestMessage: each,
    capacityRange: least(1),
    load: () => import("./ringbuf.ts"),
  },
  {
    name: "port-batches",
    kind: "blocking",
    summary: "peer: the platform's MessagePort with transferred buffers of up to 64 KiB",
    largestMessage: (capacity, workers) => batchBytes(Math.floor(capacity / workers)),
    capacityRange: least(2),
    lack: ({ isPaced }) =>
      isPaced
        ? "it hands over full batches alone, so each wait in an open loop would be that of a batch"
        : null,
    load: () => import("./port_batches.ts"),
  },
  {
    name: "comlink",
    kind: "async",
    summary:
      "peer: comlink 4.4.2 (Google), a function of the consumer's that Workers call and await",
    largestMessage: largest,
    capacityRange: least(1),
    load: () => import("./comlink.ts"),
  },
  {
    name: "broadcast-channel",
    kind: "blocking",
    summary: "peer: the platform's BroadcastChannel, a postMessage a message, one channel a Worker",
    params: {
      credits: {
        help: "messages on their way at most; 0 = no bound, as the bare channel has none",
        default: 240,
        min: 0,
        max: 1 << 20,
      },
    },
    largestMessage: each,
    capacityRange: least(1),
    load: () => import("./broadcast_channel.ts"),
  },
  {
    name: "worker-stdout",
    kind: "async",
    summary: "peer: a Node stream a Worker: its process.stdout, read as worker.stdout",
    largestMessage: () => MAX_MESSAGE_BYTES,
    capacityRange: least(1),
    lack: ({ runtime }) =>
      runtime === "deno"
        ? "what a Worker writes to its own stdout goes to that of the process as well, whatever `stdout: true` says"
        : null,
    readsStdout: true,
    load: () => import("./worker_stdout.ts"),
  },
  {
    ...pool,
    name: "piscina",
    summary:
      "peer: piscina 5.3.2 (Node's maintainers), a pool of Workers whose tasks return messages",
    loadPool: () => import("./piscina.ts"),
  },
  {
    ...pool,
    name: "workerpool",
    summary: "peer: workerpool 10.0.3 (Jos de Jong), a pool of Workers whose tasks return messages",
    loadPool: () => import("./workerpool.ts"),
  },
  {
    name: "multithreading",
    kind: "async",
    summary: "peer: the channel of multithreading 0.3.52 (Walter van der Giessen); never measured",
    largestMessage: largest,
    capacityRange: least(1),
    lack: () =>
      "its channel takes JSON values alone, and of strings that two senders sent, some arrived in place of others",
  },
];

/** None is in the default matrix, so none has variants. */
export const PEERS: readonly Peer[] = OWN.map((peer) => ({ params: {}, ...peer, variants: [] }));

export function findPeer(name: string): Peer | undefined {
  return PEERS.find((peer) => peer.name === name);
}

/** Why only bench can run it, or null where other commands can, too. */
export function onlyInBench(name: string): string | null {
  const peer = findPeer(name);
  if (peer === undefined) return null;
  if (peer.loadPool !== undefined) return "it has Workers of its own, which bench alone knows";
  if (peer.readsStdout) return "it reads what its Workers print, which bench alone lets it do";
  return peer.lack?.({ runtime: "node", workload: "bytes", isPaced: false }) ?? null;
}

/**
 * The strategy or the peer of that name. Rejects where the peer's library is not installed.
 * @throws {RangeError} where there is nothing to load
 */
export async function loadStrategy(name: string): Promise<Strategy> {
  const peer = findPeer(name);
  if (peer === undefined) return findStrategy(name)!;
  const loaded = await peer.load?.();
  if (loaded === undefined) {
    throw new RangeError(`${name}: ${onlyInBench(name)}`);
  }
  return { ...peer, ...loaded } as Strategy;
}
