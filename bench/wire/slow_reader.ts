/**
 * A listener that reads as slowly as a run asks it to, like a peer that is busy elsewhere, so that one can watch what
 * piles up on this side of the socket.
 */
import type { Socket } from "node:net";

export interface SlowReading {
  /** Reads nothing in the last `forMs` of every `everyMs`; null: never stalls. */
  stall: { forMs: number; everyMs: number } | null;
  /** In the long run, reads this many bytes a second over all connections together; null: as fast as it can. */
  bytesPerS: number | null;
}

/** The slowest allowed: a run must not keep its turn for ever, and a timer must not wrap (ms, bytes/s). */
export const MAX_STALL_PERIOD_MS = 3_600_000;
export const LEAST_BYTES_PER_S = 1_000;

/** Timers are no finer than this (ms). */
const TICK_MS = 1;

/** Belongs to one run of a listener. */
export class SlowReader {
  readonly #sockets: readonly Socket[];
  readonly #reading: SlowReading;
  readonly #beganAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When all bytes that were read would have come at the rate that was asked for (ms). */
  #paidAt = this.#beganAt;
  #isOver = false;
  /** Whether nothing is read at the moment. */
  isPausing = false;

  constructor(sockets: readonly Socket[], reading: SlowReading) {
    this.#sockets = sockets;
    this.#reading = reading;
    this.#look();
  }

  /** Count this many bytes as read. */
  took(bytes: number): void {
    const { bytesPerS } = this.#reading;
    if (bytesPerS === null) return;
    this.#paidAt = Math.max(this.#paidAt, performance.now()) + bytes * 1_000 / bytesPerS;
    if (this.#paidAt > performance.now() + TICK_MS) this.#look();
  }

  /** The run is over: read whatever still comes. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const socket of this.#sockets) socket.resume();
  }

  /** Starts or stops reading, and calls itself again when that has to change. */
  #look(): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    const until = Math.max(this.#stalledUntil(now), this.#paidAt);
    this.isPausing = until > now;
    for (const socket of this.#sockets) {
      if (this.isPausing) socket.pause();
      else socket.resume();
    }
    const next = until > now ? until : this.#nextStall(now);
    if (next < Infinity) {
      this.#timer = setTimeout(() => this.#look(), Math.max(TICK_MS, next - now));
    }
  }

  #stalledUntil(now: number): number {
    const { stall } = this.#reading;
    if (stall === null) return now;
    const { forMs, everyMs } = stall;
    const since = (now - this.#beganAt) % everyMs;
    return since < everyMs - forMs ? now : now + everyMs - since;
  }

  #nextStall(now: number): number {
    const { stall } = this.#reading;
    if (stall === null) return Infinity;
    return now + stall.everyMs - stall.forMs - (now - this.#beganAt) % stall.everyMs;
  }
}
