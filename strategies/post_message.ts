/**
 * post-message: the platform's own channel. Every message is one `postMessage` of its bytes over a MessagePort, with
 * one port per Worker. The consumer drains its ports in turn with `receiveMessageOnPort`.
 *
 * A MessagePort has no back-pressure of its own, so a producer pays for a message first: it adds the message's charge
 * to `claimed` and waits until what is claimed and not yet freed fits the capacity. The consumer frees what it has
 * written. The charge of a message is its length in bytes, but at least capacity / `credits`, since each message costs
 * the platform hundreds of bytes whatever its length. With `credits=0` nothing is charged: the bare port, without
 * back-pressure, as most people use it.
 *
 *     words   | claimed | freed | room (eventcount) | consumer's sleeper |   one cache line each
 *     port w  | message, message, … , 0 = one producer has closed                    |
 *
 *     drain=each    a batch is one message: an awaited write for each
 *     drain=batch   a batch is everything that is waiting, gathered
 *
 * Blocks: `send` while it has no credit; `receive` while there is no message. Allocates a buffer and the platform's own
 * wrapper for each message, on both sides. If a Worker dies, what it had posted arrives if the platform keeps it.
 * Credits that it had claimed and not used are lost, which may stop everything.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { PollingConsumer } from "./primitives/consumer.ts";
import { LINE, MAX_MEMORY_BYTES } from "./primitives/layout.ts";
import { Lifecycle, producersByWorker } from "./primitives/lifecycle.ts";
import { EventCount, Sleeper } from "./primitives/parking.ts";
import { Waits } from "./primitives/waits.ts";
import {
  type BlockingProducer,
  type BlockingStrategy,
  checkLength,
  type Handoff,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
  type Ticket,
} from "./strategy.ts";

const NAME = "post-message";
const CLAIMED = 0;
const FREED = LINE;
const ROOM = 2 * LINE;
const SLEEPER = 3 * LINE;
const WORDS = 4 * LINE;
const BATCH_BYTES = 1 << 20;
/** Posted in place of a message, after the last message of a producer. */
const CLOSED = 0;

interface PortTicket {
  memory: SharedArrayBuffer;
  port: MessagePort;
  capacity: number;
  /** The least that a message is charged; 0: nothing is charged. */
  leastCharge: number;
}

class Shared {
  readonly words: Int32Array;
  readonly lifecycle: Lifecycle;
  readonly waits = new Waits();
  readonly room: EventCount;
  readonly sleeper: Sleeper;

  constructor(memory: SharedArrayBuffer, lifecycle: Lifecycle) {
    this.words = new Int32Array(memory);
    this.lifecycle = lifecycle;
    this.room = new EventCount(this.words, ROOM, this.lifecycle, this.waits);
    this.sleeper = new Sleeper(this.words, SLEEPER);
  }
}

function leastCharge({ capacity, params }: HandoffOptions): number {
  const credits = Number(params.credits);
  return credits === 0 ? 0 : Math.ceil(capacity / credits);
}

class PortConsumer extends PollingConsumer {
  readonly #shared: Shared;
  readonly #ports: readonly MessagePort[];
  readonly #gathered: Uint8Array;
  readonly #batch: boolean;
  readonly #leastCharge: number;
  readonly #capacity: number;
  #turn = 0;
  /** For each Worker, the producers whose close was not received yet. */
  #open: number[];
  /** Charge of the current batch. */
  #charge = 0;
  /** Charge freed since producers were last woken. */
  #freed = 0;
  /** A message that did not fit the last batch. */
  #held: Uint8Array | null = null;

  constructor(shared: Shared, ports: readonly MessagePort[], options: HandoffOptions) {
    super(shared.lifecycle, shared.sleeper, null, options);
    this.#shared = shared;
    this.#ports = ports;
    this.#gathered = new Uint8Array(Math.min(options.capacity, BATCH_BYTES));
    this.#batch = options.params.drain === "batch";
    this.#leastCharge = leastCharge(options);
    this.#capacity = options.capacity;
    this.#open = [...producersByWorker(options.producers, options.workers)];
  }

  protected poll(): Uint8Array | null {
    const first = this.#next();
    if (first === null) return null;
    if (!this.#batch) {
      this.#count(first);
      return first;
    }
    let filled = 0;
    for (let message: Uint8Array | null = first; message !== null; message = this.#next()) {
      if (filled + message.length > this.#gathered.length) {
        this.#held = message;
        break;
      }
      if (message.length === 1) this.#gathered[filled] = message[0];
      else this.#gathered.set(message, filled);
      filled += message.length;
      this.#count(message);
    }
    return this.#gathered.subarray(0, filled);
  }

  #count(message: Uint8Array): void {
    this.#charge += Math.max(message.length, this.#leastCharge);
  }

  /** The next message of any port, or null if there is none. Ports take turns, message by message. */
  #next(): Uint8Array | null {
    if (this.#held !== null) {
      const held = this.#held;
      this.#held = null;
      return held;
    }
    const ports = this.#ports;
    for (let silent = 0; silent < ports.length;) {
      const worker = this.#turn;
      const received = receiveMessageOnPort(ports[worker]);
      this.#turn = worker + 1 === ports.length ? 0 : worker + 1;
      if (received === undefined) silent++;
      else if (received.message !== CLOSED) return received.message as Uint8Array;
      else this.#countClosed(worker);
    }
    return null;
  }

  #countClosed(worker: number): void {
    this.#open[worker]--;
    this.lifecycle.countClosed();
  }

  override reopen(producers: number | readonly number[]): void {
    super.reopen(producers);
    this.#open = [...producersByWorker(producers, this.#ports.length)];
  }

  /** A close follows its producer's messages on the port, so it counts once it is received. */
  protected override hasClosed(worker: number): boolean {
    return this.#open[worker] <= 0;
  }

  /** Whether credits are claimed for a message that is on no port. */
  protected override stalled(): boolean {
    const { words } = this.#shared;
    return Atomics.load(words, CLAIMED) !== Atomics.load(words, FREED);
  }

  protected release(): void {
    if (this.#charge === 0) return;
    const { words, room } = this.#shared;
    Atomics.add(words, FREED, this.#charge);
    // Waking costs microseconds, so blocked producers are woken only once half of the capacity has become free, or when
    // there is no message any more, since then only they can continue.
    this.#freed += this.#charge;
    this.#charge = 0;
    if (!room.hasWaiters()) return;
    if (this.#freed >= this.#capacity / 2 || this.#noneWaiting()) {
      this.#freed = 0;
      room.advance();
    }
  }

  #noneWaiting(): boolean {
    this.#held ??= this.#next();
    return this.#held === null;
  }

  protected wakeProducers(): void {
    this.#shared.room.advance();
  }
}

class PortProducer implements BlockingProducer {
  readonly #shared: Shared;
  readonly waits: Waits;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #port: MessagePort;
  readonly #capacity: number;
  readonly #leastCharge: number;

  constructor({ life, worker, shared }: Ticket) {
    const ticket = shared as PortTicket;
    this.#lifecycle = new Lifecycle(life);
    this.#shared = new Shared(ticket.memory, this.#lifecycle);
    this.#worker = worker;
    this.waits = this.#shared.waits;
    this.#port = ticket.port;
    this.#capacity = ticket.capacity;
    this.#leastCharge = ticket.leastCharge;
  }

  send(message: Uint8Array): void {
    checkLength(message.length, Math.min(this.#capacity, MAX_MESSAGE_BYTES));
    // Cloning a view would clone the whole buffer behind it; a slice has nothing else to clone.
    this.#post(message.slice());
  }

  sendByte(byte: number): void {
    this.#post(Uint8Array.of(byte));
  }

  #post(message: Uint8Array): void {
    this.#lifecycle.glance();
    const { words, sleeper } = this.#shared;
    if (this.#leastCharge > 0) {
      const charge = Math.max(message.length, this.#leastCharge);
      const claimed = (Atomics.add(words, CLAIMED, charge) + charge) | 0;
      if (!this.#granted(claimed)) {
        this.waits.failedClaims++;
        this.#shared.room.waitUntil(() => this.#granted(claimed));
      }
    }
    this.#port.postMessage(message);
    sleeper.wake();
  }

  #granted(claimed: number): boolean {
    return ((claimed - Atomics.load(this.#shared.words, FREED)) | 0) <= this.#capacity;
  }

  flush(): void {
    this.#lifecycle.check();
  }

  /**
   * Posts the close before it is counted, so that a Worker that dies between the two counts as lost and is not waited
   * for.
   */
  close(): void {
    this.#lifecycle.checkMayClose(this.#worker);
    this.#port.postMessage(CLOSED);
    this.#lifecycle.leave(this.#worker);
    this.#shared.sleeper.wake();
  }
}

export const postMessage: BlockingStrategy = {
  name: NAME,
  kind: "blocking",
  summary: "the platform's MessagePort, a postMessage a message, bounded by credits",
  params: {
    drain: {
      help: "each: one message, one awaited write; batch: all that is there in one write",
      default: "each",
      choices: ["each", "batch"],
    },
    credits: {
      help:
        "messages in flight at most, beside the capacity in bytes; 0 = no bound of either kind, as " +
        "the bare port has none: what waits may grow until memory ends",
      default: 8_192,
      min: 0,
      max: 1 << 20,
    },
  },
  variants: [{ drain: "each" }, { drain: "batch" }],
  largestMessage: (capacity) => Math.min(MAX_MESSAGE_BYTES, capacity),
  capacityRange: (_workers, messageBytes) => ({ least: messageBytes, largest: MAX_MEMORY_BYTES }),
  open(options: HandoffOptions): Handoff {
    const memory = new SharedArrayBuffer(WORDS * 4);
    const lifecycle = lifeOf(options);
    const shared = new Shared(memory, lifecycle);
    for (const at of [CLAIMED, FREED, ROOM]) shared.words[at] = options.firstPosition ?? 0;
    const channels = Array.from({ length: options.workers }, () => new MessageChannel());
    return makeHandoff({
      strategy: NAME,
      options,
      consumer: new PortConsumer(shared, channels.map((channel) => channel.port1), options),
      lifecycle,
      sharedOf: (w): PortTicket => ({
        memory,
        port: channels[w].port2,
        capacity: options.capacity,
        leastCharge: leastCharge(options),
      }),
      transfersOf: (w) => [channels[w].port2],
      sharedBytes: memory.byteLength,
    });
  },
  join: (ticket) => new PortProducer(ticket),
};
