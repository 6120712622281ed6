/**
 * ringbuf.js: a ring of bytes per Worker, with `push` and `pop` as in its README. The library wakes nobody, so both
 * ends poll: a producer sleeps a millisecond while there is no room, and the consumer lets the event loop turn. A
 * message is pushed only where all of it fits, since only whole messages may be popped.
 *
 * Blocks: `send` while the ring is full. Allocates: one view per batch.
 */
import { RingBuffer } from "ringbuf.js";
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
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
import { RoundRobinConsumer } from "./round_robin.ts";

const NAME = "ringbuf.js";
/** How long a producer sleeps while there is no room (ms). */
const NAP_MS = 1;

class RingbufConsumer extends RoundRobinConsumer {
  protected readonly sources: number;
  readonly #rings: readonly RingBuffer[];
  /** A whole ring fits in, so a batch never ends inside a message. */
  readonly #bytes: Uint8Array;

  constructor(rings: readonly RingBuffer[], lifecycle: Lifecycle, options: HandoffOptions) {
    super(lifecycle, options);
    this.sources = rings.length;
    this.#rings = rings;
    this.#bytes = new Uint8Array(rings[0].capacity());
  }

  protected take(source: number): Uint8Array | null {
    const length = this.#rings[source].pop(this.#bytes);
    return length === 0 ? null : this.#bytes.subarray(0, length);
  }

  /** Whatever is pushed can be popped at once. */
  protected isDrained(): boolean {
    return true;
  }

  /** Producers look by themselves. */
  protected wakeProducers(): void {}
}

class RingbufProducer implements BlockingProducer {
  readonly #ring: RingBuffer;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #largest: number;
  readonly #one = new Uint8Array(1);
  readonly #nap = new Int32Array(new SharedArrayBuffer(4));
  /** Bytes that fit for certain: the ring is asked again when they are used up. */
  #room = 0;
  readonly waits = new Waits();

  constructor({ life, worker, shared }: Ticket) {
    this.#lifecycle = new Lifecycle(life);
    this.#ring = new RingBuffer(shared as SharedArrayBuffer, Uint8Array);
    this.#largest = Math.min(MAX_MESSAGE_BYTES, this.#ring.capacity());
    this.#worker = worker;
  }

  send(message: Uint8Array): void {
    checkLength(message.length, this.#largest);
    if (message.length > this.#room) this.#awaitRoom(message.length);
    this.#ring.push(message);
    this.#room -= message.length;
  }

  sendByte(byte: number): void {
    this.#one[0] = byte;
    this.send(this.#one);
  }

  flush(): void {
    this.#lifecycle.check();
  }

  close(): void {
    this.#lifecycle.closeOne(this.#worker);
  }

  #awaitRoom(length: number): void {
    this.#lifecycle.check();
    this.#room = this.#ring.availableWrite();
    if (this.#room >= length) return;
    const start = performance.now();
    while (this.#room < length) {
      Atomics.wait(this.#nap, 0, 0, NAP_MS);
      this.waits.parks++;
      this.#lifecycle.check();
      this.#room = this.#ring.availableWrite();
    }
    this.waits.blockedMs += performance.now() - start;
  }
}

export function open(options: HandoffOptions): Handoff {
  const { workers, capacity } = options;
  const memories = Array.from(
    { length: workers },
    () => RingBuffer.getStorageForCapacity(Math.floor(capacity / workers), Uint8Array),
  );
  const lifecycle = lifeOf(options);
  const rings = memories.map((memory) => new RingBuffer(memory, Uint8Array));
  return makeHandoff({
    strategy: NAME,
    options,
    consumer: new RingbufConsumer(rings, lifecycle, options),
    lifecycle,
    sharedOf: (w) => memories[w],
    sharedBytes: memories.reduce((sum, { byteLength }) => sum + byteLength, 0),
  });
}

export function join(ticket: Ticket): BlockingProducer {
  return new RingbufProducer(ticket);
}
