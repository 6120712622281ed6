/**
 * The interface that every strategy implements: how messages of many producers on many threads become batches of bytes
 * on one consumer's thread.
 *
 *     consumer's thread                      producers' threads
 *     handoff = strategy.open(options)
 *     handoff.tickets[w]  ── workerData ──▶  strategy.join(ticket) → a producer's end
 *     handoff.consumer.receive()  ◀───────   send(message) … close()
 *
 * Every strategy keeps this contract. Each message arrives once and unchanged, and the messages of one producer arrive
 * in the order in which it sent them. A full hand-off means back-pressure: nothing is dropped or overwritten, unless
 * the hand-off was opened with a parameter `overflow` that says otherwise. A message may have any length from 1 byte to
 * the hand-off's largest message.
 */

import type { Writable } from "node:stream";
import type { MessagePort, Worker } from "node:worker_threads";
import { Lifecycle, producersByWorker } from "./primitives/lifecycle.ts";
import type { OnLost } from "./primitives/lost_workers.ts";
import { pipeBatches, type PipeOptions } from "./primitives/pipe.ts";
import type { Waits } from "./primitives/waits.ts";

/** The longest message that any strategy takes, in bytes; a small capacity may allow less. */
export const MAX_MESSAGE_BYTES = 65_536;

/** Default of the payload that may wait in a hand-off, in bytes. */
export const DEFAULT_CAPACITY = 4 * 2 ** 20;

/** A parameter of a strategy: a choice of words, or a whole number in a range. */
export type ParamSpec =
  | {
    help: string;
    default: string;
    choices: readonly string[];
    /**
     * The default is not written down, so that cells that were measured before the parameter existed keep their name.
     */
    isOptional?: true;
  }
  | { help: string; default: number; min: number; max: number };

/** Chosen values by parameter name, defaults filled in. */
export type Params = Readonly<Record<string, string | number>>;

/** What a full hand-off does with a message. */
export type Overflow = "block" | "drop-newest" | "drop-oldest";

/** The parameter of strategies that may drop; each lists what it can do beside blocking. */
export function overflowParam(...drops: Exclude<Overflow, "block">[]) {
  return {
    overflow: {
      help: "where there is no room: block the producer, or drop messages and tell it which",
      default: "block",
      choices: ["block", ...drops],
      isOptional: true,
    },
  } as const;
}

/**
 * Called with what was dropped: whole messages, in the order of their sending, valid during the call. It is called on
 * the thread whose `send` found no room, before that returns and without a lock. Under drop-newest it gets the message
 * that was to be sent; under drop-oldest it gets what waited longest, from any producer of any thread.
 */
export type OnDropped = (messages: Uint8Array) => void;

/** @throws {RangeError} if messages may be dropped and nobody would be told */
export function requireOnDropped(params: Params, onDropped: OnDropped | undefined): void {
  if ((params.overflow ?? "block") === "block" || onDropped !== undefined) return;
  throw new RangeError(
    `a hand-off with overflow=${params.overflow} drops messages: join it with a function that is told which`,
  );
}

/** What a hand-off is opened with. */
export interface HandoffOptions {
  /**
   * Logical producers, each of which closes its end once: a count for each Worker, or a number that is dealt out
   * evenly.
   */
  producers: number | readonly number[];
  /** Threads that the producers live on; one ticket is made for each. */
  workers: number;
  /** Payload bytes that may wait between producers and consumer in all, including the batch that is being written. */
  capacity: number;
  /**
   * The size that most messages have, in bytes. Strategies with headers compute from it how much memory `capacity`
   * needs.
   */
  messageBytes: number;
  params: Params;
  /** What the consumer does when a Worker dies with open producers (default `fail`). */
  onLost?: OnLost;
  /**
   * For tests: where positions, counts and tickets that wrap at 2^32 begin (default 0). A multiple of 8. Indices that
   * stay within their buffer ignore it.
   */
  firstPosition?: number;
}

/** What is passed to one Worker: pass it as (part of) workerData, and `transfers[w]` as its transferList. */
export interface Ticket {
  strategy: string;
  /** The Worker that it is for, counted from 0. */
  worker: number;
  /** Logical producers on that Worker when the hand-off is opened; each of them calls `close` once. */
  producers: number;
  /** The memory of the hand-off's lifecycle. */
  life: SharedArrayBuffer;
  shared: unknown;
}

/** How much a strategy can hold, in bytes of payload. */
export interface CapacityRange {
  least: number;
  largest: number;
}

/** A hand-off as the consumer's thread holds it. */
export interface Handoff {
  consumer: Consumer;
  tickets: Ticket[];
  /** What to transfer with ticket w: `transferList: fan.transfers[w]`. */
  transfers: readonly MessagePort[][];
  /** Shared memory that was allocated, in bytes. */
  sharedBytes: number;
  /**
   * Called on the consumer's thread: watches the Worker that got ticket w. If it ends with open producers, `receive`
   * throws `WorkerLost` or goes on without it, as `onLost` says. Returns the Worker.
   */
  attach<W extends Pick<Worker, "on">>(w: number, worker: W): W;
  /**
   * Writes every batch to a stream, one awaited write after another, until all producers have closed. Resolves with the
   * bytes written. If either side fails, it aborts and rejects with the reason.
   */
  pipeTo(stream: Writable, options?: PipeOptions): Promise<number>;
  /** Does what `attach` does, for a thread that has ended and that nobody watched. `reason` says how it ended. */
  workerLost(w: number, reason: string): void;
}

/** The consumer's end. Belongs to one thread; its calls must not overlap. */
export interface Consumer extends AsyncIterable<Uint8Array> {
  /**
   * The next batch: whole messages, one after the other, in order. It is valid until the next call (in `for await`: the
   * next step), which gives its space back to the producers, so copy it, or await what uses it first. Null once all
   * producers have closed and everything was received.
   *
   * Under load some strategies wait up to a millisecond for a fuller batch (their parameter `linger`). While there is
   * no message, blocking strategies block the thread, 20 ms at a time with a turn of the event loop in between; async
   * strategies leave it free.
   * @throws {HandoffAborted}
   * @throws {WorkerLost} and aborts, once everything that a lost Worker had published was received; at the latest after
   * twice the capacity was received since the loss. Under `onLost: "close"` only if the stream cannot go on: the Worker
   * died while it held a lock or a place, and nothing has moved for half a second since.
   */
  receive(): Promise<Uint8Array | null>;
  /**
   * After `receive` returned null: takes messages of producers again, over the same buffers. As with `open`, a count
   * for each Worker, or a number that is dealt out evenly.
   * @throws {HandoffAborted}
   */
  reopen(producers: number | readonly number[]): void;
  /** A Worker has ended; see `Handoff.workerLost`. */
  workerLost(worker: number, reason: string): void;
  /** How often this end slept. */
  readonly parks: number;
  /** Gives up: pending and later calls of both ends throw `HandoffAborted`. */
  abort(): void;
}

/**
 * A producer's end that blocks its thread while there is no room. Belongs to one thread; any number of logical
 * producers of that thread share it.
 */
export interface BlockingProducer {
  /** Hands over one message. It is copied before the call returns. @throws {HandoffAborted} @throws {RangeError} */
  send(message: Uint8Array): void;
  /**
   * Hands over one message of one byte (0 to 255) without a typed array: V8 spends several times as long on reading
   * such an array's length and content as on handing a byte over. @throws {HandoffAborted}
   */
  sendByte(byte: number): void;
  /** Publishes what may be held back. Call it before long work that sends nothing. @throws {HandoffAborted} */
  flush(): void;
  /**
   * Says that one logical producer has sent its last message.
   * @throws {HandoffAborted}
   * @throws {RangeError} if all of this Worker's producers have closed already
   */
  close(): void;
  /** What waiting has cost this thread so far. */
  readonly waits: Waits;
}

/** A producer's end that waits without blocking its thread. It is shared in the same way as `BlockingProducer`. */
export interface AsyncProducer {
  /**
   * Hands over one message, which must not change until the promise resolves. Rejects where `BlockingProducer.send`
   * throws.
   */
  send(message: Uint8Array): Promise<void>;
  /** Like `BlockingProducer.close`, but rejects where that throws. */
  close(): Promise<void>;
  /** What waiting has cost this thread's tasks so far. */
  readonly waits: Waits;
}

interface StrategyBase {
  /** The word that selects it on the command line. */
  name: string;
  /** One line for `--list`. */
  summary: string;
  params: Readonly<Record<string, ParamSpec>>;
  /** The parameter settings that the default matrix runs; `[{}]` for the defaults alone. */
  variants: readonly Readonly<Record<string, string | number>>[];
  /** The longest message that a capacity allows, in bytes. */
  largestMessage(capacity: number, workers: number): number;
  /** The capacities with which messages of that size can be sent and all indices fit their integers. */
  capacityRange(workers: number, messageBytes: number): CapacityRange;
  open(options: HandoffOptions): Handoff;
}

/** A strategy whose producers block their thread. */
export interface BlockingStrategy extends StrategyBase {
  kind: "blocking";
  /**
   * Called on a Worker: opens the producers' end of a ticket. Once per thread.
   * @param onDropped required if the hand-off's parameter `overflow` is not `block`
   * @throws {RangeError} if it is required and missing
   */
  join(ticket: Ticket, onDropped?: OnDropped): BlockingProducer;
}

/** A strategy whose producers wait for promises. */
export interface AsyncStrategy extends StrategyBase {
  kind: "async";
  join(ticket: Ticket): AsyncProducer;
}

export type Strategy = BlockingStrategy | AsyncStrategy;

/** @throws {RangeError} if a message of this length can never be sent */
export function checkLength(length: number, largest: number): void {
  if (length < 1 || length > largest) {
    throw new RangeError(
      `a message of ${length} bytes does not fit; this hand-off takes 1 to ${largest} bytes, a larger capacity more`,
    );
  }
}

/** What a strategy has built, from which `makeHandoff` makes a hand-off. */
export interface HandoffParts {
  strategy: string;
  options: Pick<HandoffOptions, "producers" | "workers">;
  consumer: Consumer;
  lifecycle: Lifecycle;
  /** What Worker w needs to join. */
  sharedOf(w: number): unknown;
  /** What must be transferred to Worker w; left out: nothing. */
  transfersOf?(w: number): MessagePort[];
  sharedBytes: number;
}

/** Makes a hand-off from what a strategy has built. */
export function makeHandoff(parts: HandoffParts): Handoff {
  const { strategy, options, consumer, lifecycle } = parts;
  const workerLost = (w: number, reason: string) => consumer.workerLost(w, reason);
  return {
    consumer,
    tickets: producersByWorker(options.producers, options.workers).map((producers, worker) => ({
      strategy,
      worker,
      producers,
      life: lifecycle.memory,
      shared: parts.sharedOf(worker),
    })),
    transfers: Array.from({ length: options.workers }, (_, w) => parts.transfersOf?.(w) ?? []),
    sharedBytes: parts.sharedBytes + lifecycle.memory.byteLength,
    workerLost,
    pipeTo: (stream, options) => pipeBatches(consumer, stream, options),
    attach(w, worker) {
      worker.on("error", (error: Error) => workerLost(w, `it threw "${error.message}"`));
      worker.on("exit", (code: number) => workerLost(w, `it ended with exit code ${code}`));
      return worker;
    },
  };
}

/** Creates the lifecycle of a hand-off that is opened with these options. */
export function lifeOf({ producers, workers }: HandoffOptions): Lifecycle {
  return Lifecycle.create(producersByWorker(producers, workers));
}
