/**
 * What a consumer does about Workers that have died with open producers.
 *
 * Such a Worker may have left something locked, or reserved and never published. That looks the same as a live thread
 * that is merely not running, so it is concluded from time: nothing has moved for `STALL_MS` although a Worker is known
 * to be dead.
 */

/** `fail`: receive what was published, then throw. `close`: go on as if its producers had closed. */
export type OnLost = "fail" | "close";

/** Thrown when a Worker has ended while some of its producers were open. */
export class WorkerLost extends Error {
  override name = "WorkerLost";
  /** The index of its ticket. */
  readonly worker: number;
  /** How it ended, in words. */
  readonly reason: string;

  constructor(worker: number, reason: string, open: number, consequence = "") {
    const producers = open === 1 ? "a producer" : `${open} producers`;
    super(`Worker ${worker} was lost with ${producers} still open: ${reason}${consequence}`);
    this.worker = worker;
    this.reason = reason;
  }
}

/** How long a stream that cannot go on is given (ms), since a live thread may only be off its core. */
const STALL_MS = 500;

interface Loss {
  worker: number;
  reason: string;
  open: number;
}

/** What a consumer's last look has shown. */
export interface Look {
  /** Something is locked, or reserved and not published, and the stream cannot go past it. */
  stalled: boolean;
  /** All producers that are alive have closed, so nobody is left who could end a stall. */
  closed: boolean;
}

export class LostWorkers {
  readonly #onLost: OnLost;
  readonly #capacity: number;
  readonly #losses: Loss[] = [];
  /**
   * Bytes that may still be received before a loss is thrown; at first more than can have been published before the
   * loss.
   */
  #owed = 0;
  #stalledSince: number | null = null;

  /** @param capacity capacity of the hand-off in bytes */
  constructor(onLost: OnLost, capacity: number) {
    this.#onLost = onLost;
    this.#capacity = capacity;
  }

  get any(): boolean {
    return this.#losses.length > 0;
  }

  has(worker: number): boolean {
    return this.#losses.some((loss) => loss.worker === worker);
  }

  /** @param open how many of its producers had not closed */
  add(worker: number, reason: string, open: number): void {
    if (this.has(worker)) return;
    this.#losses.push({ worker, reason, open });
    this.#owed = 2 * this.#capacity;
  }

  /** Counts a batch of this many bytes as received. */
  received(bytes: number): void {
    this.#owed -= bytes;
    this.#stalledSince = null;
  }

  /**
   * The error to throw although messages still come, because what was published before the loss has been received; or
   * null.
   */
  overdue(): WorkerLost | null {
    return this.any && this.#onLost === "fail" && this.#owed <= 0 ? this.#error("") : null;
  }

  /** The error to throw after a look that received nothing; null: go on. */
  verdict({ stalled, closed }: Look): WorkerLost | null {
    if (!stalled) {
      this.#stalledSince = null;
      return this.#onLost === "fail" ? this.#error("") : null;
    }
    this.#stalledSince ??= performance.now();
    if (!closed && performance.now() - this.#stalledSince < STALL_MS) return null;
    return this.#error(", and it left the hand-off in the middle of a message or of its lock");
  }

  #error(consequence: string): WorkerLost {
    const { worker, reason, open } = this.#losses[0];
    return new WorkerLost(worker, reason, open, consequence);
  }
}
