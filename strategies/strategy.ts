/**
 * The interface that every strategy fills: how messages of many producers on many threads become runs of
 * bytes on one consumer's thread.
 *
 *     consumer's thread                      producers' threads
 *     handoff = strategy.open(options)
 *     handoff.tickets[w]  ── workerData ──▶  strategy.join(ticket) → a producer's end
 *     handoff.consumer.receive()  ◀───────   send(message) … close()
 *
 * Every strategy keeps this contract: each message arrives once and unchanged, the messages of one producer in
 * the order in which it sent them; full means back-pressure, nothing is dropped or overwritten; any length
 * from 1 byte to the hand-off's largest message.
 */

import type { Waits } from "./primitives/waits.ts";

/** The longest message that any strategy takes, in bytes; a small capacity may allow less. */
export const MAX_MESSAGE_BYTES = 65_536;

/** Payload that may wait in a hand-off where nobody says otherwise, in bytes. */
export const DEFAULT_CAPACITY = 4 * 2 ** 20;

/** A parameter of a strategy: a choice of words, or a whole number in a range. */
export type ParamSpec =
  | { help: string; default: string; choices: readonly string[] }
  | { help: string; default: number; min: number; max: number };

/** Chosen values by parameter name, defaults filled in. */
export type Params = Readonly<Record<string, string | number>>;

/** What a hand-off is opened with. */
export interface HandoffOptions {
  /** Logical producers, each of which closes its end once. */
  producers: number;
  /** Threads that they live on: one ticket is made for each. */
  workers: number;
  /** Payload bytes that may wait between producers and consumer in all, the run being written included. */
  capacity: number;
  /** The size that most messages have, in bytes: how strategies with headers find room for `capacity`. */
  messageBytes: number;
  params: Params;
}

/** What crosses to one Worker: pass it as (part of) workerData, and `transfer` as its transferList. */
export interface Ticket {
  strategy: string;
  shared: unknown;
}

/** A hand-off as its consumer's thread holds it. */
export interface Handoff {
  consumer: Consumer;
  tickets: Ticket[];
  /** Objects to transfer with ticket w. */
  transfers: readonly (readonly Transferable[])[];
  /** Shared memory that was allocated, in bytes. */
  sharedBytes: number;
}

/**
 * The consumer's end. Belongs to one thread; its calls must not overlap.
 */
export interface Consumer extends AsyncIterable<Uint8Array> {
  /**
   * The next run of bytes: whole messages, in order. Valid until the next call, which gives its space back to
   * the producers. Null when all producers have closed and everything was received.
   *
   * Some strategies wait up to a millisecond for a fuller run (their files say which). While nothing is there,
   * blocking strategies block the thread, 20 ms at a time with a turn of the event
   * loop between; async strategies leave it free.
   * @throws {HandoffAborted}
   */
  receive(): Promise<Uint8Array | null>;
  /** After `receive` gave null: take messages of that many producers again, over the same buffers. */
  reopen(producers: number): void;
  /** Times that this end slept. */
  readonly parks: number;
  /** Give up: pending and later calls of both ends throw `HandoffAborted`. */
  abort(): void;
}

/**
 * A producer's end that blocks its thread while there is no room. Belongs to one thread; any number of
 * logical producers of that thread share it.
 */
export interface BlockingProducer {
  /** Hand over one message. It is copied before the call returns. @throws {HandoffAborted} @throws {RangeError} */
  send(message: Uint8Array): void;
  /**
   * Hand over one message of one byte (0 to 255) without a typed array: what V8 does to learn such an array's
   * length and content costs several times what handing a byte over does. @throws {HandoffAborted}
   */
  sendByte(byte: number): void;
  /** Publish what may be held back. Call before long work that sends nothing. */
  flush(): void;
  /** One logical producer has sent its last message. */
  close(): void;
  /** What waiting has cost this thread so far. */
  readonly waits: Waits;
}

/** A producer's end that waits without blocking its thread. Sharing as above. */
export interface AsyncProducer {
  /** Hand over one message. It must not change until the promise resolves. Rejects as `send` above throws. */
  send(message: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** What waiting has cost this thread's tasks so far. */
  readonly waits: Waits;
}

interface StrategyBase {
  /** The word that selects it. */
  name: string;
  /** One line for `--list`. */
  summary: string;
  params: Readonly<Record<string, ParamSpec>>;
  /** The parameter settings that the default matrix runs, `[{}]` for the defaults alone. */
  variants: readonly Readonly<Record<string, string | number>>[];
  /** The longest message that a capacity allows, in bytes. */
  largestMessage(capacity: number, workers: number): number;
  open(options: HandoffOptions): Handoff;
}

/** A strategy whose producers block their thread. */
export interface BlockingStrategy extends StrategyBase {
  kind: "blocking";
  /** Worker: open the producers' end of a ticket. Once a thread. */
  join(ticket: Ticket): BlockingProducer;
}

/** A strategy whose producers wait for promises. */
export interface AsyncStrategy extends StrategyBase {
  kind: "async";
  join(ticket: Ticket): AsyncProducer;
}

export type Strategy = BlockingStrategy | AsyncStrategy;

/** @throws {RangeError} when a message cannot pass at all. */
export function checkLength(length: number, largest: number): void {
  if (length < 1 || length > largest) {
    throw new RangeError(
      `a message of ${length} bytes does not fit; this hand-off takes 1 to ${largest} bytes, a larger capacity more`,
    );
  }
}

/** A hand-off whose tickets are all the same shared memory: nothing to transfer. */
export function handoffOver(
  strategy: string,
  consumer: Consumer,
  workers: number,
  shared: unknown,
  sharedBytes: number,
): Handoff {
  return {
    consumer,
    tickets: Array.from({ length: workers }, () => ({ strategy, shared })),
    transfers: Array.from({ length: workers }, () => []),
    sharedBytes,
  };
}
