/**
 * worker-stdout: a Node stream per Worker. The Worker is started with `stdout: true` and writes to its
 * `process.stdout`; the consumer reads `worker.stdout`, as in Node's documentation. Where `write` returns false,
 * producers await `drain`.
 *
 *     words   | bytes that Worker 0, 1, 2 … has written |
 *
 * Its capacity is what the two streams hold, which nobody can set: some 16 KiB on either side, and what is being
 * posted. Never blocks. Allocates: a copy of the message, and what the streams need for a chunk.
 *
 * Not tried: `cork` around several messages, which the stream does by itself while it waits. Deno has no such stream:
 * there, what the Worker writes also appears on the process's own output.
 */
import type { Readable } from "node:stream";
import type { Worker } from "node:worker_threads";
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
import { Waits } from "../../strategies/primitives/waits.ts";
import {
  type AsyncProducer,
  checkLength,
  type Handoff,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
  type Ticket,
} from "../../strategies/strategy.ts";
import { RoundRobinConsumer } from "./round_robin.ts";

const NOTHING = new Uint8Array(0);

class StreamConsumer extends RoundRobinConsumer {
  readonly #streams: Readable[] = [];
  readonly #written: Int32Array;
  readonly #read: Int32Array;

  constructor(memory: SharedArrayBuffer, lifecycle: Lifecycle, options: HandoffOptions) {
    super(lifecycle, options);
    this.#written = new Int32Array(memory);
    this.#read = new Int32Array(options.workers);
  }

  /** As many as have a Worker attached. */
  protected get sources(): number {
    return this.#streams.length;
  }

  attach(worker: number, stream: Readable): void {
    this.#streams[worker] = stream;
  }

  protected take(source: number): Uint8Array | null {
    const chunk: Uint8Array | null = this.#streams[source].read();
    if (chunk !== null) this.#read[source] += chunk.length;
    return chunk;
  }

  protected isDrained(): boolean {
    return this.#read.every((bytes, w) => bytes === Atomics.load(this.#written, w));
  }

  /** A producer that waits for room looks by itself. */
  protected wakeProducers(): void {}
}

class StreamProducer implements AsyncProducer {
  readonly #written: Int32Array;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  #drained: Promise<void> | null = null;
  readonly waits = new Waits();

  constructor({ life, worker, shared }: Ticket) {
    this.#written = new Int32Array(shared as SharedArrayBuffer);
    this.#lifecycle = new Lifecycle(life);
    this.#worker = worker;
  }

  async send(message: Uint8Array): Promise<void> {
    checkLength(message.length, MAX_MESSAGE_BYTES);
    while (this.#drained !== null) await this.#drained;
    this.#lifecycle.check();
    Atomics.add(this.#written, this.#worker, message.length);
    // The stream keeps what it is given until it has posted it.
    if (process.stdout.write(message.slice())) return;
    this.waits.parks++;
    const start = performance.now();
    this.#drained ??= new Promise((resolve) =>
      process.stdout.once("drain", () => {
        this.#drained = null;
        this.waits.blockedMs += performance.now() - start;
        resolve();
      })
    );
    await this.#drained;
    this.#lifecycle.check();
  }

  async close(): Promise<void> {
    this.#lifecycle.checkMayClose(this.#worker);
    // The callback comes when everything before it was posted: a Worker that waits for its next run would post no more.
    await new Promise<void>((resolve) => process.stdout.write(NOTHING, () => resolve()));
    this.#lifecycle.closeOne(this.#worker);
  }
}

export function open(options: HandoffOptions): Handoff {
  const memory = new SharedArrayBuffer(4 * options.workers);
  const lifecycle = lifeOf(options);
  const consumer = new StreamConsumer(memory, lifecycle, options);
  const handoff = makeHandoff({
    strategy: "worker-stdout",
    options,
    consumer,
    lifecycle,
    sharedOf: () => memory,
    sharedBytes: memory.byteLength,
  });
  return {
    ...handoff,
    attach<W extends Pick<Worker, "on">>(w: number, worker: W): W {
      consumer.attach(w, (worker as unknown as Worker).stdout);
      return worker;
    },
  };
}

export function join(ticket: Ticket): AsyncProducer {
  return new StreamProducer(ticket);
}
