/**
 * The control `own-socket`: no fan-in at all. Each Worker has a connection of its own, over which its producers'
 * messages go in large writes, and the listener checks all connections as one run.
 *
 *     Worker 0   producers … ──▶ connection 0 ──▶ ┐
 *     Worker 1   producers … ──▶ connection 1 ──▶ ┤ listener: one run, one verdict
 *
 * The clock is that of all cells: from the release of the Workers to the last acknowledgement, which first has to
 * reach this thread from its Worker.
 */
import { Worker } from "node:worker_threads";
import type { CellSpec } from "../process/spec.ts";
import type { SocketSaid, SocketSetup } from "../workers/socket_worker.ts";
import type { RunPlan } from "../workers/control_block.ts";
import { MAX_CONNECTIONS, type RunHeader } from "../wire/protocol.ts";
import type { RunSink, RunVerdict } from "../wire/sink.ts";
import { NO_WAITS, type Subject, type Transferred } from "./subject.ts";

type Answer<Said extends SocketSaid["said"]> = Extract<SocketSaid, { said: Said }>;

/** A Worker, and the answer that is awaited from it. */
class Connection {
  readonly #worker: Worker;
  #said: SocketSaid[] = [];
  #onSaid: (() => void) | null = null;
  #failure: Error | null = null;

  constructor(setup: SocketSetup, onFailure: (reason: Error) => void) {
    const fail = (why: string) => {
      if (this.#failure !== null) return;
      this.#failure = new Error(`Worker ${setup.worker}: ${why}`);
      this.#onSaid?.();
      onFailure(this.#failure);
    };
    const file = new URL("../workers/socket_worker.ts", import.meta.url);
    this.#worker = new Worker(file, { workerData: setup });
    this.#worker.on("error", (error: Error) => fail(`it threw "${error.message}"`));
    this.#worker.on("exit", (code: number) => fail(`it ended with exit code ${code}`));
    this.#worker.on("message", (message: SocketSaid) => {
      if (message.said === "failed") return fail(message.why);
      this.#said.push(message);
      this.#onSaid?.();
    });
  }

  run(header: RunHeader, plan: RunPlan): void {
    this.#worker.postMessage({ header, plan });
  }

  /** Its next answer, which has to be of this kind. */
  async next<Said extends SocketSaid["said"]>(_said: Said): Promise<Answer<Said>> {
    while (this.#said.length === 0) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => this.#onSaid = resolve);
    }
    return this.#said.shift() as Answer<Said>;
  }

  stop(): Promise<unknown> {
    this.#failure ??= new Error("it was stopped");
    return this.#worker.terminate();
  }
}

/** @param chunk bytes per write */
export async function openOwnSockets(
  spec: CellSpec,
  chunk: number,
  onFailure: (reason: Error) => void,
): Promise<Subject> {
  const workers = Math.min(spec.producers, spec.workers, MAX_CONNECTIONS);
  const released = new Int32Array(new SharedArrayBuffer(4));
  const connections: Connection[] = [];
  for (let worker = 0; worker < workers; worker++) {
    const connection = new Connection({
      listener: spec.listener!,
      released: released.buffer,
      ...{ worker, workers, chunk },
    }, onFailure);
    connections.push(connection);
    // One after another: Bun has crashed when many were started at once.
    await connection.next("online");
  }
  const all = <Said extends SocketSaid["said"]>(said: Said): Promise<Answer<Said>[]> =>
    Promise.all(connections.map((connection) => connection.next(said)));
  let plan: RunPlan;
  let acknowledged = 0;

  const sinkOf = (connectUs: number): RunSink => ({
    connectUs,
    write: () => Promise.reject(new Error("the Workers write, each to its own connection")),
    finish: () => Promise.resolve(acknowledged),
    async verdict(): Promise<RunVerdict> {
      // The listener gives all connections the same verdict.
      return (await all("verdict"))[0].verdict;
    },
    arrivals: () => ({ names: new Uint8Array(0), read: null }),
    abort() {},
  });

  return {
    sharedBytes: released.byteLength,
    messagesOf: (asked) => asked,
    prepare(announced) {
      plan = announced;
    },
    async openRun(header) {
      const token = crypto.getRandomValues(new BigUint64Array(1))[0] | 1n;
      const shared = workers === 1 ? header : { ...header, connections: { count: workers, token } };
      for (const connection of connections) connection.run(shared, plan);
      const ready = await all("ready");
      return sinkOf(Math.max(...ready.map(({ connectUs }) => connectUs)));
    },
    ready: () => Promise.resolve(),
    async transfer(): Promise<Transferred> {
      Atomics.store(released, 0, plan.run);
      Atomics.notify(released, 0);
      const parts = await all("acknowledged");
      acknowledged = sum(parts.map((part) => part.acknowledged));
      return {
        bytes: sum(parts.map(({ bytes }) => bytes)),
        writes: sum(parts.map(({ writes }) => writes)),
        peakBytes: Math.max(...parts.map(({ peakBytes }) => peakBytes)),
      };
    },
    waits: () => Promise.resolve(NO_WAITS),
    fail() {},
    async stop() {
      await Promise.all(connections.map((connection) => connection.stop()));
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
