/**
 * one-slot: the smallest strategy that keeps the contract, to copy from. Every Worker has one slot, and waits until
 * the consumer has taken its last message before it sends the next.
 *
 *     words, a slot   | length, 0 while it is free | room (eventcount) |     one cache line each
 *     words           | consumer's sleeper |
 *     bytes, a slot   | capacity / workers |
 *
 * Blocks: `send` while the slot is full; `receive` while all are empty. Allocates: one view a message. Of a Worker
 * that dies the message arrives whose `send` had returned.
 *
 * `docs/adding-a-strategy.md` says why each part is there.
 */
import { PollingConsumer } from "../strategies/primitives/consumer.ts";
import { copyIn, LINE, MAX_MEMORY_BYTES } from "../strategies/primitives/layout.ts";
import { Lifecycle } from "../strategies/primitives/lifecycle.ts";
import { EventCount, Sleeper } from "../strategies/primitives/parking.ts";
import { Waits } from "../strategies/primitives/waits.ts";
import {
  type BlockingProducer,
  type BlockingStrategy,
  checkLength,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
  type Ticket,
} from "../strategies/strategy.ts";

const SLEEPER = 0;
const SLOTS = LINE;
/** Of one slot, from its first word on. */
const LENGTH = 0;
const ROOM = LINE;
const SLOT_WORDS = 2 * LINE;

interface SlotTicket {
  memory: SharedArrayBuffer;
  workers: number;
}

class Slot {
  readonly words: Int32Array;
  readonly lengthAt: number;
  readonly bytes: Uint8Array;
  readonly room: EventCount;
  readonly waits = new Waits();

  constructor({ memory, workers }: SlotTicket, worker: number, lifecycle: Lifecycle) {
    const words = SLOTS + workers * SLOT_WORDS;
    const size = Math.floor((memory.byteLength - words * 4) / workers);
    this.words = new Int32Array(memory, 0, words);
    this.lengthAt = SLOTS + worker * SLOT_WORDS + LENGTH;
    this.bytes = new Uint8Array(memory, words * 4 + worker * size, size);
    const roomAt = SLOTS + worker * SLOT_WORDS + ROOM;
    this.room = new EventCount(this.words, roomAt, lifecycle, this.waits);
  }
}

class SlotConsumer extends PollingConsumer {
  readonly #slots: readonly Slot[];
  #turn = 0;
  #taken: Slot | null = null;

  constructor(
    slots: readonly Slot[],
    lifecycle: Lifecycle,
    sleeper: Sleeper,
    options: HandoffOptions,
  ) {
    super(lifecycle, sleeper, null, options);
    this.#slots = slots;
  }

  protected poll(): Uint8Array | null {
    for (let tries = 0; tries < this.#slots.length; tries++) {
      const slot = this.#slots[this.#turn];
      this.#turn = (this.#turn + 1) % this.#slots.length;
      const length = Atomics.load(slot.words, slot.lengthAt);
      if (length === 0) continue;
      this.#taken = slot;
      return slot.bytes.subarray(0, length);
    }
    return null;
  }

  protected release(): void {
    if (this.#taken === null) return;
    Atomics.store(this.#taken.words, this.#taken.lengthAt, 0);
    this.#taken.room.advance();
    this.#taken = null;
  }

  protected wakeProducers(): void {
    for (const slot of this.#slots) slot.room.advance();
  }
}

class SlotProducer implements BlockingProducer {
  readonly #slot: Slot;
  readonly #sleeper: Sleeper;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #one = new Uint8Array(1);
  readonly waits: Waits;

  constructor({ life, worker, shared }: Ticket) {
    this.#lifecycle = new Lifecycle(life);
    this.#slot = new Slot(shared as SlotTicket, worker, this.#lifecycle);
    this.#sleeper = new Sleeper(this.#slot.words, SLEEPER);
    this.#worker = worker;
    this.waits = this.#slot.waits;
  }

  send(message: Uint8Array): void {
    const { words, lengthAt, bytes, room } = this.#slot;
    checkLength(message.length, Math.min(MAX_MESSAGE_BYTES, bytes.length));
    this.#lifecycle.glance();
    const isFree = () => Atomics.load(words, lengthAt) === 0;
    if (!isFree()) room.waitUntil(isFree);
    copyIn(bytes, 0, message);
    // Last: who sees the length sees the bytes.
    Atomics.store(words, lengthAt, message.length);
    this.#sleeper.wake();
  }

  sendByte(byte: number): void {
    this.#one[0] = byte;
    this.send(this.#one);
  }

  flush(): void {
    this.#lifecycle.check();
  }

  close(): void {
    if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();
  }
}

export const oneSlot: BlockingStrategy = {
  name: "one-slot",
  kind: "blocking",
  summary: "one slot a Worker: the smallest strategy that keeps the contract",
  params: {},
  variants: [{}],
  largestMessage: (capacity, workers) =>
    Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / workers)),
  capacityRange: (workers, messageBytes) => ({
    least: workers * messageBytes,
    largest: MAX_MEMORY_BYTES,
  }),
  open(options: HandoffOptions) {
    const { workers, capacity } = options;
    const bytes = (SLOTS + workers * SLOT_WORDS) * 4 + Math.floor(capacity / workers) * workers;
    const ticket: SlotTicket = { memory: new SharedArrayBuffer(bytes), workers };
    const lifecycle = lifeOf(options);
    const slots = Array.from({ length: workers }, (_, w) => new Slot(ticket, w, lifecycle));
    const sleeper = new Sleeper(slots[0].words, SLEEPER);
    return makeHandoff({
      strategy: oneSlot.name,
      options,
      consumer: new SlotConsumer(slots, lifecycle, sleeper, options),
      lifecycle,
      sharedOf: () => ticket,
      sharedBytes: bytes,
    });
  },
  join: (ticket) => new SlotProducer(ticket),
};
