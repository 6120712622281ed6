/**
 * async-lock: the two buffers of swap-buffer under an async lock, awaited for every message: the post's
 * `tokio::sync::Mutex`.
 *
 * The algorithm is swap-buffer's; only waiting differs. No thread ever blocks: where the lock is held or the
 * buffer full, the task awaits `Atomics.waitAsync` and the thread's other producers go on.
 *
 *     words   | lifecycle | lock, filling, fill  | room (eventcount) | consumer's sleeper | tickets |
 *     bytes   | buffer 0: capacity / 2                | buffer 1: capacity / 2                      |
 *
 *     fair=false   barging: whoever comes while the lock is free takes it (`async_mutex.ts`)
 *     fair=true    tasks get it in the order in which they asked, as tokio's (`ticket_lock.ts`); with a full
 *                  buffer the consumer, too, waits behind every task that is queued to find it full
 *
 * Blocks: never. Allocates: a promise a message, which is the point of it; one view a run. A pending
 * `waitAsync` keeps no process alive: hold a timer or a socket meanwhile.
 */
import { AsyncMutex } from "./primitives/async_mutex.ts";
import { LINGER_MS, receivedRuns } from "./primitives/consumer.ts";
import { LINE } from "./primitives/layout.ts";
import { TicketLock } from "./primitives/ticket_lock.ts";
import { TwoBuffers } from "./primitives/two_buffers.ts";
import {
  type AsyncProducer,
  type AsyncStrategy,
  checkLength,
  type Consumer,
  handoffOver,
  MAX_MESSAGE_BYTES,
} from "./strategy.ts";

const NAME = "async-lock";

interface AsyncLockTicket {
  memory: SharedArrayBuffer;
  tickets: SharedArrayBuffer;
  fair: boolean;
}

/** What both ends have: the buffers, and one of the two locks. */
class LockedBuffers {
  readonly buffers: TwoBuffers;
  readonly barging: AsyncMutex;
  readonly queue: TicketLock | null;

  constructor({ memory, tickets, fair }: AsyncLockTicket) {
    this.buffers = new TwoBuffers(memory, true);
    const { words, lockAt, lifecycle, waits } = this.buffers;
    this.barging = new AsyncMutex(words, lockAt, lifecycle, waits);
    this.queue = fair ? new TicketLock(new Int32Array(tickets), 0, lifecycle, waits) : null;
  }

  unlock(): void {
    if (this.queue !== null) this.queue.unlock();
    else this.barging.unlock();
  }
}

class AsyncLockConsumer implements Consumer {
  readonly #shared: LockedBuffers;
  parks = 0;

  constructor(shared: LockedBuffers) {
    this.#shared = shared;
  }

  async receive(): Promise<Uint8Array | null> {
    const { lifecycle, sleeper } = this.#shared.buffers;
    let announced = false;
    let eager = false;
    for (;;) {
      const closed = lifecycle.allClosed();
      const run = await this.#swap(eager || closed);
      if (run !== null || closed) {
        if (announced) sleeper.withdraw();
        return run;
      }
      lifecycle.check();
      if (announced) {
        this.parks++;
        eager = await sleeper.sleepAsync(LINGER_MS);
      } else {
        sleeper.announce();
      }
      announced = !announced;
    }
  }

  async #swap(eager: boolean): Promise<Uint8Array | null> {
    const { buffers, barging, queue } = this.#shared;
    if (queue !== null) await queue.lock();
    else for (let slept = false; !barging.tryLock(slept); slept = true) await barging.released();
    const run = buffers.swap(eager);
    this.#shared.unlock();
    if (run !== null && buffers.room.hasWaiters()) buffers.room.advance();
    return run;
  }

  reopen(producers: number): void {
    this.#shared.buffers.lifecycle.open(producers);
  }

  abort(): void {
    this.#shared.buffers.lifecycle.abort();
    this.#shared.buffers.room.advance();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    return receivedRuns(this);
  }
}

class AsyncLockProducer implements AsyncProducer {
  readonly #shared: LockedBuffers;
  /** One wait for room serves all tasks of the thread. */
  #roomSoon: Promise<void> | null = null;
  readonly waits;

  constructor(shared: LockedBuffers) {
    this.#shared = shared;
    this.waits = shared.buffers.waits;
  }

  async send(message: Uint8Array): Promise<void> {
    const { buffers, barging, queue } = this.#shared;
    for (let slept = false;;) {
      if (queue !== null) {
        await queue.lock();
      } else if (!barging.tryLock(slept)) {
        // Not wrapped in an async function: the lock would be held until this task's next turn.
        await barging.released();
        slept = true;
        continue;
      }
      if (buffers.fits(message.length)) break;
      this.#shared.unlock();
      checkLength(message.length, buffers.half);
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

  close(): Promise<void> {
    const { lifecycle, sleeper } = this.#shared.buffers;
    if (lifecycle.closeOne()) sleeper.wake();
    return Promise.resolve();
  }
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
  },
  variants: [{}],
  largestMessage: (capacity) => Math.min(MAX_MESSAGE_BYTES, Math.floor(capacity / 2)),
  open({ producers, workers, capacity, params }) {
    const memory = TwoBuffers.allocate(capacity);
    const tickets = new SharedArrayBuffer(LINE * 4);
    const ticket: AsyncLockTicket = { memory, tickets, fair: params.fair === "true" };
    const shared = new LockedBuffers(ticket);
    shared.buffers.lifecycle.open(producers);
    const sharedBytes = memory.byteLength + tickets.byteLength;
    return handoffOver(NAME, new AsyncLockConsumer(shared), workers, ticket, sharedBytes);
  },
  join: (ticket) => new AsyncLockProducer(new LockedBuffers(ticket.shared as AsyncLockTicket)),
};
