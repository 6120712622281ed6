/**
 * port-batches: messages gathered in a buffer, and the buffer transferred over a MessagePort, as in the platform's
 * documentation. `postMessage` itself has no back-pressure: as many batches may be on the way as the
 * capacity has room for, the one that is being filled included.
 *
 *     words, a Worker   | batches sent | batches taken |
 *
 * Blocks: `send` while too many batches are on the way. Allocates: a buffer per batch.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { copyIn } from "../../strategies/primitives/layout.ts";
import { Lifecycle, SLICE_MS } from "../../strategies/primitives/lifecycle.ts";
import { Waits } from "../../strategies/primitives/waits.ts";
import {
  type BlockingProducer,
  checkLength,
  type Handoff,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  type Ticket,
} from "../../strategies/strategy.ts";
import { batchBytes } from "./batch_size.ts";
import { RoundRobinConsumer } from "./round_robin.ts";

const SENT = 0;
const TAKEN = 1;

interface PortTicket {
  port: MessagePort;
  memory: SharedArrayBuffer;
  /** Capacity for one Worker, in bytes. */
  capacity: number;
}

class BatchConsumer extends RoundRobinConsumer {
  protected readonly sources: number;
  readonly #ports: readonly MessagePort[];
  readonly #words: readonly Int32Array[];
  /** The words of the Worker whose batch is being used. */
  #taken: Int32Array | null = null;

  constructor(
    ports: readonly MessagePort[],
    words: readonly Int32Array[],
    lifecycle: Lifecycle,
    options: HandoffOptions,
  ) {
    super(lifecycle, options);
    this.sources = ports.length;
    this.#ports = ports;
    this.#words = words;
  }

  protected take(source: number): Uint8Array | null {
    const received = receiveMessageOnPort(this.#ports[source]);
    if (received === undefined) return null;
    this.#taken = this.#words[source];
    return received.message as Uint8Array;
  }

  protected override release(): void {
    if (this.#taken === null) return;
    Atomics.add(this.#taken, TAKEN, 1);
    Atomics.notify(this.#taken, TAKEN);
    this.#taken = null;
  }

  protected isDrained(): boolean {
    return this.#words.every((words) => Atomics.load(words, SENT) === words[TAKEN]);
  }

  protected wakeProducers(): void {
    for (const words of this.#words) Atomics.notify(words, TAKEN);
  }
}

class BatchProducer implements BlockingProducer {
  readonly #port: MessagePort;
  readonly #words: Int32Array;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #size: number;
  /** How many batches may be on the way in addition to the one that is being filled. */
  readonly #most: number;
  readonly #one = new Uint8Array(1);
  #batch: Uint8Array<ArrayBuffer> | null = null;
  #filled = 0;
  readonly waits = new Waits();

  constructor({ life, worker, shared }: Ticket) {
    const { port, memory, capacity } = shared as PortTicket;
    this.#lifecycle = new Lifecycle(life);
    this.#port = port;
    this.#words = new Int32Array(memory);
    this.#worker = worker;
    this.#size = batchBytes(capacity);
    this.#most = Math.floor(capacity / this.#size) - 1;
  }

  send(message: Uint8Array): void {
    checkLength(message.length, this.#size);
    if (this.#filled + message.length > this.#size) this.flush();
    this.#batch ??= new Uint8Array(this.#size);
    copyIn(this.#batch, this.#filled, message);
    this.#filled += message.length;
  }

  sendByte(byte: number): void {
    this.#one[0] = byte;
    this.send(this.#one);
  }

  flush(): void {
    this.#lifecycle.check();
    if (this.#batch === null) return;
    this.#awaitTurn();
    const batch = this.#batch.subarray(0, this.#filled);
    Atomics.add(this.#words, SENT, 1);
    this.#port.postMessage(batch, [batch.buffer]);
    this.#batch = null;
    this.#filled = 0;
  }

  close(): void {
    // A batch may hold messages of several producers of a Worker: the last one to close sends it off.
    if (this.#lifecycle.openOf(this.#worker) <= 1) this.flush();
    this.#lifecycle.closeOne(this.#worker);
  }

  #awaitTurn(): void {
    let start = 0;
    for (;;) {
      const taken = Atomics.load(this.#words, TAKEN);
      // Both counts wrap at 2^32.
      if (((this.#words[SENT] - taken) | 0) < this.#most) break;
      start ||= performance.now();
      this.waits.parks++;
      Atomics.wait(this.#words, TAKEN, taken, SLICE_MS);
      this.#lifecycle.check();
    }
    if (start > 0) this.waits.blockedMs += performance.now() - start;
  }
}

export function open(options: HandoffOptions): Handoff {
  const { workers, capacity } = options;
  const channels = Array.from({ length: workers }, () => new MessageChannel());
  const memories = channels.map(() => new SharedArrayBuffer(8));
  const lifecycle = lifeOf(options);
  const consumer = new BatchConsumer(
    channels.map(({ port1 }) => port1),
    memories.map((memory) => new Int32Array(memory)),
    lifecycle,
    options,
  );
  return makeHandoff({
    strategy: "port-batches",
    options,
    consumer,
    lifecycle,
    sharedOf: (w): PortTicket => ({
      port: channels[w].port2,
      memory: memories[w],
      capacity: Math.floor(capacity / workers),
    }),
    transfersOf: (w) => [channels[w].port2],
    sharedBytes: 8 * workers,
  });
}

export function join(ticket: Ticket): BlockingProducer {
  return new BatchProducer(ticket);
}
