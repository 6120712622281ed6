/**
 * The consumer of peers whose library calls a function on its thread: it gathers what has come, and takes it as one
 * batch. Never blocks its thread. Allocates: one buffer of the capacity per hand-off, and a place in a list per
 * message.
 */
import { ConsumerBase, type ConsumerOptions } from "../../strategies/primitives/consumer.ts";
import { type Lifecycle, producersByWorker } from "../../strategies/primitives/lifecycle.ts";
import type { HandoffOptions } from "../../strategies/strategy.ts";

export type InboxOptions =
  & ConsumerOptions
  & Pick<HandoffOptions, "producers" | "capacity" | "messageBytes">;

export class Inbox extends ConsumerBase {
  readonly #options: InboxOptions;
  readonly #gathered: Uint8Array;
  #waiting: { worker: number; message: Uint8Array }[] = [];
  #waitingBytes = 0;
  /** Bytes of the batch that is being used. */
  #takenBytes = 0;
  /** What the batch contains of each Worker: messages, and below it bytes. */
  readonly #taken: number[];
  readonly #takenOf: number[];
  /** For each Worker, the producers whose close has not come. */
  #open: number[];
  #wake: (() => void) | null = null;
  #senders: (() => void)[] = [];

  constructor(lifecycle: Lifecycle, options: InboxOptions) {
    super(lifecycle, options);
    this.#options = options;
    this.#gathered = new Uint8Array(Math.max(options.capacity, options.messageBytes));
    this.#taken = Array(options.workers).fill(0);
    this.#takenOf = Array(options.workers).fill(0);
    this.#open = [...producersByWorker(options.producers, options.workers)];
  }

  /** Takes whole messages of a Worker, which the inbox keeps. */
  deliver(worker: number, message: Uint8Array): void {
    this.#waiting.push({ worker, message });
    this.#waitingBytes += message.length;
    this.#wake?.();
  }

  /** One producer of a Worker has closed, after everything that it sent. */
  closed(worker: number): void {
    this.#open[worker]--;
    this.lifecycle.countClosed();
    this.#wake?.();
  }

  /** Resolves when one more message fits. @throws {HandoffAborted} */
  async room(): Promise<void> {
    while (this.#isFull()) {
      this.lifecycle.check();
      await new Promise<void>((resolve) => this.#senders.push(resolve));
    }
    this.lifecycle.check();
  }

  async receive(): Promise<Uint8Array | null> {
    this.checkUsable();
    this.#release();
    this.failIf(this.lost.overdue());
    for (;;) {
      if (this.#waiting.length > 0) return this.#take();
      this.lifecycle.check();
      const closed = this.allClosed();
      if (this.lost.any) this.failIf(this.lost.verdict({ stalled: false, closed }));
      if (closed) return null;
      this.parks++;
      // Wait until after the event, so that all messages that came with it are in the same batch.
      await new Promise<void>((resolve) => this.#wake = () => setImmediate(resolve));
      this.#wake = null;
    }
  }

  override reopen(producers: number | readonly number[]): void {
    super.reopen(producers);
    this.#open = [...producersByWorker(producers, this.#open.length)];
  }

  override workerLost(worker: number, reason: string): void {
    super.workerLost(worker, reason);
    this.#wake?.();
  }

  protected override hasClosed(worker: number): boolean {
    return this.#open[worker] <= 0;
  }

  protected wakeProducers(): void {
    this.#wake?.();
    this.#callSenders();
  }

  /** Called when messages and bytes of each Worker have been written and their space is free. */
  protected released(_messages: readonly number[], _bytes: readonly number[]): void {}

  #isFull(): boolean {
    const { capacity, messageBytes } = this.#options;
    return this.#waitingBytes + this.#takenBytes + messageBytes > capacity;
  }

  #take(): Uint8Array {
    let filled = 0;
    let count = 0;
    for (const { worker, message } of this.#waiting) {
      if (filled + message.length > this.#gathered.length) break;
      this.#gathered.set(message, filled);
      filled += message.length;
      this.#taken[worker]++;
      this.#takenOf[worker] += message.length;
      count++;
    }
    if (count === this.#waiting.length) this.#waiting = [];
    else this.#waiting.splice(0, count);
    this.#waitingBytes -= filled;
    this.#takenBytes = filled;
    this.lost.received(filled);
    return this.#gathered.subarray(0, filled);
  }

  #release(): void {
    if (this.#takenBytes === 0) return;
    this.#takenBytes = 0;
    this.released(this.#taken, this.#takenOf);
    this.#taken.fill(0);
    this.#takenOf.fill(0);
    this.#callSenders();
  }

  #callSenders(): void {
    const senders = this.#senders;
    this.#senders = [];
    for (const resolve of senders) resolve();
  }
}
