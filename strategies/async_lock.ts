/**
 * async-lock: the two buffers of swap-buffer under an async lock, which is awaited for every message, like the post's
 * `tokio::sync::Mutex`.
 *
 * The algorithm is that of swap-buffer; only waiting differs. No thread ever blocks: while the lock is held or the
 * buffer is full, the task awaits `Atomics.waitAsync`, and the thread's other producers go on.
 *
 *     words   | lock, filling, fill  | room (eventcount) | consumer's sleeper | tickets |
 *     bytes   | buffer 0: capacity / 2                | buffer 1: capacity / 2                      |
 *
 *     fair=false   barging: any task that comes while the lock is free takes it (`async_mutex.ts`)
 *     fair=true    tasks get the lock in the order in which they asked, as with tokio's (`ticket_lock.ts`); when a
 *                  buffer is full, the consumer also waits behind every queued task, each of which finds it full
 *
 * Never blocks. Allocates one promise per message, which is what this strategy is meant to show, and one view per
 * batch. A pending `waitAsync` does not keep a process alive, so hold a timer or a socket meanwhile. If a Worker dies,
 * all messages whose `send` had resolved arrive; if it held the lock or had a place in its queue, nothing goes on.
 */
import { AsyncMutex } from "./primitives/async_mutex.ts";
import { BUSY, ConsumerBase } from "./primitives/consumer.ts";
import { LINE, MAX_MEMORY_BYTES } from "./primitives/layout.ts";
import { Lifecycle, SLICE_MS } from "./primitives/lifecycle.ts";
import { Linger, LINGER_PARAMS } from "./primitives/linger.ts";
import { HUNGRY, PATIENT } from "./primitives/parking.ts";
import { TicketLock } from "./primitives/ticket_lock.ts";
import { TwoBuffers } from "./primitives/two_buffers.ts";
import {
  type AsyncProducer,
  type AsyncStrategy,
  checkLength,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
  type Ticket,
} from "./strategy.ts";

const NAME = "async-lock";

interface AsyncLockTicket {
  memory: SharedArrayBuffer;
  tickets: SharedArrayBuffer;
  fair: boolean;
  /** The longest message, in bytes. */
  largest: number;
}

/** What both ends share: the buffers, and one of the two locks. */
class LockedBuffers {
  readonly buffers: TwoBuffers;
  readonly barging: AsyncMutex;
  readonly queue: TicketLock | null;

  constructor({ memory, tickets, fair }: AsyncLockTicket, lifecycle: Lifecycle) {
    this.buffers = new TwoBuffers(memory, lifecycle);
    const { words, lockAt, waits } = this.buffers;
    this.barging = new AsyncMutex(words, lockAt, lifecycle, waits);
    this.queue = fair ? new TicketLock(new Int32Array(tickets), 0, lifecycle, waits) : null;
  }

  unlock(): void {
    if (this.queue !== null) this.queue.unlock();
    else this.barging.unlock();
  }
}

class AsyncLockConsumer extends ConsumerBase {
  readonly #shared: LockedBuffers;
  /** A place in the lock's queue whose turn has not come yet. */
  #queued: Promise<void> | null = null;
  readonly #linger: Linger;
  /** Bytes of the last batch. */
  #taken = 0;

  constructor(shared: LockedBuffers, options: HandoffOptions) {
    super(shared.buffers.lifecycle, options);
    this.#shared = shared;
    this.#linger = Linger.of(options.params);
  }

  async receive(): Promise<Uint8Array | null> {
    const { sleeper } = this.#shared.buffers;
    this.checkUsable();
    this.failIf(this.lost.overdue());
    this.#linger.follow(this.#taken, performance.now());
    this.#taken = 0;
    const { ms: pauseMs, mayBeHungry } = this.#linger;
    let announced = false;
    let eager = pauseMs === 0;
    for (;;) {
      const closed = this.allClosed();
      const batch = await this.#swap(eager || closed || this.lost.any);
      this.lifecycle.check();
      if (batch !== null && batch !== BUSY) {
        if (announced) sleeper.withdraw();
        this.lost.received(batch.length);
        this.#taken = batch.length;
        return batch;
      }
      if (this.lost.any) this.failIf(this.lost.verdict({ stalled: batch === BUSY, closed }));
      if (batch === BUSY) continue;
      if (closed) {
        if (announced) sleeper.withdraw();
        return null;
      }
      const hungry = eager && mayBeHungry;
      const what = hungry ? HUNGRY : PATIENT;
      if (announced) {
        this.parks++;
        const timedOut = await sleeper.sleepAsync(what, hungry ? SLICE_MS : pauseMs);
        eager = timedOut || mayBeHungry;
      } else {
        sleeper.announce(what);
      }
      announced = !announced;
    }
  }

  async #swap(eager: boolean): Promise<Uint8Array | null | typeof BUSY> {
    const { buffers } = this.#shared;
    if (!await this.#lockForASlice()) return BUSY;
    const batch = buffers.swap(eager);
    this.#shared.unlock();
    if (batch !== null && buffers.room.hasWaiters()) buffers.room.advance();
    return batch;
  }

  /** Whether the lock is held now; false if a slice was not enough. */
  async #lockForASlice(): Promise<boolean> {
    const { barging, queue } = this.#shared;
    if (queue !== null) return await this.#queueForASlice(queue);
    const deadline = performance.now() + SLICE_MS;
    for (let slept = false; !barging.tryLock(slept); slept = true) {
      if (performance.now() >= deadline) return false;
      await barging.released();
    }
    return true;
  }

  /** A place in the queue cannot be given back, so if its turn does not come in time it is kept for the next call. */
  async #queueForASlice(queue: TicketLock): Promise<boolean> {
    this.#queued ??= queue.lock();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, SLICE_MS, false);
    });
    const held = await Promise.race([this.#queued.then(() => true), late]);
    clearTimeout(timer);
    if (held) this.#queued = null;
    return held;
  }

  protected wakeProducers(): void {
    this.#shared.buffers.room.advance();
  }
}

class AsyncLockProducer implements AsyncProducer {
  readonly #shared: LockedBuffers;
  /** A single wait for room serves all tasks of the thread. */
  #roomSoon: Promise<void> | null = null;
  readonly #worker: number;
  readonly #largest: number;
  readonly waits;

  constructor({ shared, life, worker }: Ticket) {
    const ticket = shared as AsyncLockTicket;
    this.#shared = new LockedBuffers(ticket, new Lifecycle(life));
    this.#worker = worker;
    this.#largest = ticket.largest;
    this.waits = this.#shared.buffers.waits;
  }

  async send(message: Uint8Array): Promise<void> {
    const { buffers, barging, queue } = this.#shared;
    checkLength(message.length, this.#largest);
    for (let slept = false;;) {
      buffers.lifecycle.glance();
      if (queue !== null) {
        await queue.lock();
      } else if (!barging.tryLock(slept)) {
        // Not wrapped in an async function, since the lock would then be held until this task's next turn.
        await barging.released();
        slept = true;
        continue;
      }
      if (buffers.fits(message.length)) break;
      this.#shared.unlock();
      await (this.#roomSoon ??= this.#roomFor(message.length));
      slept = false;
    }
    const wake = buffers.append(message);
    this.#shared.unlock();
    if (wake) buffers.sleeper.wake();
  }

  async #roomFor(length: number): Promise<void> {
    const { buffers } = this.#shared;
    this.waits.failedClaims++;
    try {
      await buffers.room.waitUntilAsync(() => {
        if (buffers.mayFit(length)) return true;
        buffers.sleeper.wake();
        return false;
      });
    } finally {
      this.#roomSoon = null;
    }
  }

  // deno-lint-ignore require-await -- async, so that it rejects and never throws
  async close(): Promise<void> {
    const { lifecycle, sleeper } = this.#shared.buffers;
    if (lifecycle.closeOne(this.#worker)) sleeper.wake();
  }
}

function largestMessage(capacity: number): number {
  return Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2));
}

export const asyncLock: AsyncStrategy = {
  name: NAME,
  kind: "async",
  summary: "the same two buffers under an async lock, awaited for every message",
  params: {
    fair: {
      help:
        "false: whoever comes first takes the lock; true: in the order of asking, as tokio's mutex",
      default: "false",
      choices: ["false", "true"],
    },
    ...LINGER_PARAMS,
  },
  variants: [{}],
  largestMessage,
  capacityRange: (_workers, messageBytes) => ({
    least: 2 * messageBytes,
    largest: MAX_MEMORY_BYTES,
  }),
  open(options) {
    const { capacity, params, firstPosition = 0 } = options;
    const memory = TwoBuffers.allocate(capacity);
    const tickets = new SharedArrayBuffer(LINE * 4);
    new Int32Array(tickets).fill(firstPosition);
    const fair = params.fair === "true";
    const ticket: AsyncLockTicket = { memory, tickets, fair, largest: largestMessage(capacity) };
    const lifecycle = lifeOf(options);
    const shared = new LockedBuffers(ticket, lifecycle);
    shared.buffers.startAt(firstPosition, false);
    return makeHandoff({
      strategy: NAME,
      options,
      consumer: new AsyncLockConsumer(shared, options),
      lifecycle,
      sharedOf: () => ticket,
      sharedBytes: memory.byteLength + tickets.byteLength,
    });
  },
  join: (ticket) => new AsyncLockProducer(ticket),
};
