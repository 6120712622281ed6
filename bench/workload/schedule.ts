/**
 * How the producers of one Worker take turns. Every producer has its own state, and one call of the
 * strategy's `send` is one message. `prepare…` does what belongs before the clock and returns the run itself.
 */
import type { AsyncProducer, BlockingProducer } from "../../strategies/strategy.ts";
import type { RunPlan } from "../workers/control_block.ts";
import { isMixed, MixedBuilder } from "./mixed.ts";
import { encodedLines, lineOf, LONGEST_LINE } from "./lines.ts";
import {
  firstOneByte,
  grouping,
  GROUPS,
  MessageBuilder,
  ONE_BYTE_VALUES,
  oneByteMessages,
} from "./messages.ts";

/** Producer ids of Worker `worker`: producers are dealt out to the Workers like cards. */
export function producersOf(worker: number, workers: number, producers: number): number[] {
  const ids = [];
  for (let id = worker; id < producers; id += workers) ids.push(id);
  return ids;
}

/** For blocking producers: each runs to its end, or `turn` messages at a time. */
export function prepareBlocking(
  end: BlockingProducer,
  ids: readonly number[],
  plan: RunPlan,
  turn: number,
): () => void {
  const sender = senderOf(end, ids, plan);
  const step = turn === 0 ? Math.max(1, plan.messages) : turn;
  return () => sendAll(sender, end, ids, plan.messages, step);
}

function sendAll(
  sender: Sender,
  end: BlockingProducer,
  ids: readonly number[],
  messages: number,
  step: number,
): void {
  if (step >= messages) {
    for (const id of ids) {
      sender.sendSome(id, 0, messages);
      end.close();
    }
    return;
  }
  for (let from = 0; from < messages; from += step) {
    const to = Math.min(from + step, messages);
    for (const id of ids) {
      sender.sendSome(id, from, to);
      if (to === messages) end.close();
    }
  }
}

/**
 * Sends the messages of one run. Senders are classes and not closures: every run makes a new sender, and V8 compiles
 * the call of one closure into its caller, so it would have to throw that code away when the next run calls another.
 */
export interface Sender {
  /** Sends the messages from `from` up to but not including `to` of a producer. */
  sendSome(producer: number, from: number, to: number): void;
}

/** Takes messages, one in each call. */
export type MessageEnd = Pick<BlockingProducer, "send" | "sendByte">;

/** @param ids the producers whose lines are made beforehand, where the workload has lines */
export function senderOf(end: MessageEnd, ids: readonly number[], plan: RunPlan): Sender {
  if (plan.proof) return new GroupedSender(end, plan);
  if (isLines(plan)) return lineSender(end, ids, plan);
  return plan.messageBytes === 1 ? new OneByteSender(end, plan) : new NumberedSender(end, plan);
}

class OneByteSender implements Sender {
  readonly #end: MessageEnd;
  readonly #first: number;

  constructor(end: MessageEnd, plan: RunPlan) {
    this.#end = end;
    this.#first = firstOneByte(plan);
  }

  sendSome(_producer: number, from: number, to: number): void {
    // Local variables: reading a constant of a module or a field costs V8 as much as the hand-off of a byte.
    const end = this.#end;
    const last = ONE_BYTE_VALUES - 1;
    // It must be an integer for certain: a number that might have a fraction costs as much again.
    let value = ((this.#first + from) % ONE_BYTE_VALUES) | 0;
    for (let sequence = from; sequence < to; sequence++) {
      end.sendByte(value);
      value = value === last ? 0 : value + 1;
    }
  }
}

class GroupedSender implements Sender {
  readonly #end: MessageEnd;
  readonly #first: number;
  readonly #groupOf: (producer: number) => number;

  constructor(end: MessageEnd, plan: RunPlan) {
    this.#end = end;
    ({ groupOf: this.#groupOf, first: this.#first } = grouping(plan));
  }

  sendSome(producer: number, from: number, to: number): void {
    const end = this.#end;
    const first = this.#first;
    const group = this.#groupOf(producer) * GROUPS;
    for (let sent = from; sent < to; sent++) end.sendByte(group + ((first + sent) & (GROUPS - 1)));
  }
}

class NumberedSender implements Sender {
  readonly #end: MessageEnd;
  readonly #builder: MixedBuilder | MessageBuilder;

  constructor(end: MessageEnd, plan: RunPlan) {
    this.#end = end;
    this.#builder = isMixed(plan)
      ? new MixedBuilder(plan, plan)
      : new MessageBuilder(plan.messageBytes, plan);
  }

  sendSome(producer: number, from: number, to: number): void {
    const end = this.#end;
    const builder = this.#builder;
    for (let sequence = from; sequence < to; sequence++) {
      end.send(builder.build(producer, sequence));
    }
  }
}

function isLines({ workload = "bytes" }: RunPlan): boolean {
  return workload !== "bytes";
}

/** Lines are made before the clock starts, unless making them is to be measured, too. */
function lineSender(end: MessageEnd, ids: readonly number[], plan: RunPlan): Sender {
  return plan.workload === "domains generated"
    ? new GeneratedLineSender(end, plan)
    : new LineSender(end, ids, plan);
}

class GeneratedLineSender implements Sender {
  readonly #end: MessageEnd;
  readonly #line: (producer: number, sequence: number) => string;
  readonly #encoder = new TextEncoder();
  readonly #bytes = new Uint8Array(LONGEST_LINE);

  constructor(end: MessageEnd, plan: RunPlan) {
    this.#end = end;
    this.#line = lineOf(plan.workload!, plan);
  }

  sendSome(producer: number, from: number, to: number): void {
    for (let sequence = from; sequence < to; sequence++) {
      const { written } = this.#encoder.encodeInto(this.#line(producer, sequence), this.#bytes);
      this.#end.send(this.#bytes.subarray(0, written));
    }
  }
}

class LineSender implements Sender {
  readonly #end: MessageEnd;
  readonly #lines: Map<number, Uint8Array[]>;

  constructor(end: MessageEnd, ids: readonly number[], plan: RunPlan) {
    this.#end = end;
    const line = lineOf(plan.workload!, plan);
    this.#lines = new Map(ids.map((id) => [id, encodedLines(line, id, plan.messages)]));
  }

  sendSome(producer: number, from: number, to: number): void {
    const end = this.#end;
    const own = this.#lines.get(producer)!;
    for (let sequence = from; sequence < to; sequence++) end.send(own[sequence]);
  }
}

/** For async producers: all of a Worker's producers are in flight at once, and each awaits every send. */
export function prepareAsync(
  end: AsyncProducer,
  ids: readonly number[],
  plan: RunPlan,
): () => Promise<void> {
  const produce = plan.proof
    ? groupedTask(end, plan)
    : isLines(plan)
    ? lineTask(end, ids, plan)
    : plan.messageBytes === 1
    ? oneByteTask(end, plan)
    : isMixed(plan)
    ? mixedTask(end, ids, plan)
    : numberedTask(end, ids, plan);
  return async () => {
    await Promise.all(ids.map(produce));
  };
}

type ProducerTask = (producer: number, place: number) => Promise<void>;

function oneByteTask(end: AsyncProducer, plan: RunPlan): ProducerTask {
  const messages = oneByteMessages();
  const first = firstOneByte(plan);
  return async () => {
    for (let sent = 0, value = first; sent < plan.messages; sent++) {
      await end.send(messages[value]);
      value = value === ONE_BYTE_VALUES - 1 ? 0 : value + 1;
    }
    await end.close();
  };
}

function groupedTask(end: AsyncProducer, plan: RunPlan): ProducerTask {
  const messages = oneByteMessages();
  const { groupOf, first } = grouping(plan);
  return async (producer) => {
    const group = groupOf(producer) * GROUPS;
    for (let sent = 0; sent < plan.messages; sent++) {
      await end.send(messages[group + ((first + sent) & (GROUPS - 1))]);
    }
    await end.close();
  };
}

/** A message that waits must not change, so every producer in flight has bytes of its own. */
function numberedTask(end: AsyncProducer, ids: readonly number[], plan: RunPlan): ProducerTask {
  const { messages, messageBytes } = plan;
  const builder = new MessageBuilder(messageBytes, plan);
  const own = new Uint8Array(ids.length * messageBytes);
  return async (producer, place) => {
    const message = own.subarray(place * messageBytes, (place + 1) * messageBytes);
    for (let sequence = 0; sequence < messages; sequence++) {
      message.set(builder.build(producer, sequence));
      await end.send(message);
    }
    await end.close();
  };
}

/**
 * The same for mixed lengths, with a new view for each message, since a producer has too many lengths to keep views
 * for.
 */
function mixedTask(end: AsyncProducer, ids: readonly number[], plan: RunPlan): ProducerTask {
  const builder = new MixedBuilder(plan, plan);
  const own = new Uint8Array(ids.length * plan.messageBytes);
  return async (producer, place) => {
    const start = place * plan.messageBytes;
    for (let sequence = 0; sequence < plan.messages; sequence++) {
      const built = builder.build(producer, sequence);
      own.set(built, start);
      await end.send(own.subarray(start, start + built.length));
    }
    await end.close();
  };
}

/** A line that waits belongs to its producer. */
function lineTask(end: AsyncProducer, ids: readonly number[], plan: RunPlan): ProducerTask {
  const line = lineOf(plan.workload!, plan);
  const encoder = new TextEncoder();
  const lines = plan.workload === "domains generated"
    ? null
    : ids.map((id) => encodedLines(line, id, plan.messages));
  return async (producer, place) => {
    for (let sequence = 0; sequence < plan.messages; sequence++) {
      await end.send(lines?.[place][sequence] ?? encoder.encode(line(producer, sequence)));
    }
    await end.close();
  };
}
