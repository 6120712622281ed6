/**
 * broadcast-channel: the platform's BroadcastChannel, one `postMessage` per message. Each Worker has a channel with a
 * name of its own, since everyone who opens a name gets all its messages, and a Worker that reads none would gather
 * them for ever.
 *
 *     words, a Worker   | bytes taken | messages taken |
 *
 * It has no back-pressure. At most `credits` messages may be on their way, and at most as many bytes as the capacity:
 * a producer sleeps until the consumer has written some. With `credits=0` nothing limits either, as in the
 * platform's documentation. Deno then drops all but the last 256 messages of all channels together, which the proof
 * reports as lost; where the notice that a producer has closed is among them, the run never ends, and times out.
 *
 * Blocks: `send` while there is no credit. Allocates: a copy of the message on both sides.
 *
 * Tried: 128, 250 and 8,192 messages on their way, which differed little. Deno opens no channel after one was
 * closed, so they stay open.
 */
import { BroadcastChannel } from "node:worker_threads";
import { Lifecycle, SLICE_MS } from "../../strategies/primitives/lifecycle.ts";
import { Waits } from "../../strategies/primitives/waits.ts";
import {
  type BlockingProducer,
  checkLength,
  type Handoff,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
  type Ticket,
} from "../../strategies/strategy.ts";
import { Inbox, type InboxOptions } from "./inbox.ts";

const TAKEN_BYTES = 0;
const TAKEN = 1;
const WORDS = 2;
/** Posted in place of a message when a producer has closed, after its last message. */
const CLOSED = 0;

interface ChannelTicket {
  name: string;
  memory: SharedArrayBuffer;
  /** Bytes and messages of one Worker that may be on their way; 0: no limit. */
  capacity: number;
  credits: number;
}

class BroadcastInbox extends Inbox {
  readonly #words: readonly Int32Array[];

  constructor(words: readonly Int32Array[], lifecycle: Lifecycle, options: InboxOptions) {
    super(lifecycle, options);
    this.#words = words;
  }

  protected override released(messages: readonly number[], bytes: readonly number[]): void {
    for (const [worker, words] of this.#words.entries()) {
      if (messages[worker] > 0) giveBack(words, messages[worker], bytes[worker]);
    }
  }

  protected override wakeProducers(): void {
    super.wakeProducers();
    for (const words of this.#words) Atomics.notify(words, TAKEN);
  }
}

/** Consumer: note that this much of a Worker's is no longer on its way. */
function giveBack(words: Int32Array, messages: number, bytes: number): void {
  Atomics.add(words, TAKEN_BYTES, bytes);
  Atomics.add(words, TAKEN, messages);
  Atomics.notify(words, TAKEN);
}

class BroadcastProducer implements BlockingProducer {
  readonly #channel: BroadcastChannel;
  readonly #words: Int32Array;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #capacity: number;
  readonly #credits: number;
  #sent = 0;
  #sentBytes = 0;
  readonly waits = new Waits();

  constructor({ life, worker, shared }: Ticket) {
    const { name, memory, capacity, credits } = shared as ChannelTicket;
    this.#channel = new BroadcastChannel(name);
    this.#words = new Int32Array(memory);
    this.#lifecycle = new Lifecycle(life);
    this.#worker = worker;
    this.#capacity = capacity;
    this.#credits = credits;
  }

  send(message: Uint8Array): void {
    checkLength(message.length, Math.min(MAX_MESSAGE_BYTES, this.#capacity));
    this.#lifecycle.glance();
    this.#claim(message.length);
    // A view would be cloned with the whole buffer that it belongs to; the slice is all that has to be cloned.
    this.#channel.postMessage(message.slice());
  }

  sendByte(byte: number): void {
    this.send(Uint8Array.of(byte));
  }

  flush(): void {
    this.#lifecycle.check();
  }

  close(): void {
    this.#lifecycle.checkMayClose(this.#worker);
    this.#claim(0);
    this.#channel.postMessage(CLOSED);
    this.#lifecycle.leave(this.#worker);
  }

  #claim(length: number): void {
    if (this.#credits > 0) this.#awaitCredit(length);
    this.#sent = (this.#sent + 1) | 0;
    this.#sentBytes = (this.#sentBytes + length) | 0;
  }

  #awaitCredit(length: number): void {
    let start = 0;
    for (;;) {
      // All of these counts wrap at 2^32. The bytes come first, because the consumer wakes producers after the second
      // word.
      const bytes = Atomics.load(this.#words, TAKEN_BYTES);
      const taken = Atomics.load(this.#words, TAKEN);
      const hasRoom = ((this.#sentBytes - bytes) | 0) + length <= this.#capacity;
      if (hasRoom && ((this.#sent - taken) | 0) < this.#credits) break;
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
  const credits = Number(options.params.credits);
  const run = crypto.randomUUID();
  const lifecycle = lifeOf(options);
  const memories = Array.from({ length: workers }, () => new SharedArrayBuffer(4 * WORDS));
  const words = memories.map((memory) => new Int32Array(memory));
  const inbox = new BroadcastInbox(words, lifecycle, options);
  const nameOf = (worker: number) => `${run} ${worker}`;
  for (let worker = 0; worker < workers; worker++) {
    const channel = new BroadcastChannel(nameOf(worker));
    channel.onmessage = (event) => {
      const { data } = event as MessageEvent;
      if (data !== CLOSED) return inbox.deliver(worker, data);
      giveBack(words[worker], 1, 0);
      inbox.closed(worker);
    };
    channel.unref();
  }
  return makeHandoff({
    strategy: "broadcast-channel",
    options,
    consumer: inbox,
    lifecycle,
    sharedOf: (w): ChannelTicket => ({
      name: nameOf(w),
      memory: memories[w],
      capacity: Math.floor(capacity / workers),
      credits: credits === 0 ? 0 : Math.max(1, Math.floor(credits / workers)),
    }),
    sharedBytes: 4 * WORDS * workers,
  });
}

export function join(ticket: Ticket): BlockingProducer {
  return new BroadcastProducer(ticket);
}
