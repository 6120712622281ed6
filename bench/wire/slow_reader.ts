/**
 * A listener that reads as slowly as a run asks it to: a peer that is busy elsewhere, so that what waits on this side of
 * the socket can be watched.
 */
import type { Socket } from "node:net";

export interface SlowReading {
  /** Reads nothing for the last `forMs` of every `everyMs`; null: without a stall. */
  stall: { forMs: number; everyMs: number } | null;
  /** Reads so many bytes a second of all connections together, in the long run; null: as fast as they come. */
  bytesPerS: number | null;
}

/** A run must not keep its turn for ever, nor a timer wrap (ms, bytes/s). */
export const MAX_STALL_PERIOD_MS = 3_600_000;
export const LEAST_BYTES_PER_S = 1_000;

/** Timers are no finer (ms). */
const TICK_MS = 1;

/** Belongs to one run of a listener. */
export class SlowReader {
  readonly #sockets: readonly Socket[];
  readonly #reading: SlowReading;
  readonly #beganAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When all bytes that were read would have come at the rate that was asked for. */
  #paidAt = this.#beganAt;
  #isOver = false;
  /** Nothing is read now. */
  isPausing = false;

  constructor(sockets: readonly Socket[], reading: SlowReading) {
    this.#sockets = sockets;
    this.#reading = reading;
    this.#look();
  }

  /** So many bytes were read. */
  took(bytes: number): void {
    const { bytesPerS } = this.#reading;
    if (bytesPerS === null) return;
    this.#paidAt = Math.max(this.#paidAt, performance.now()) + bytes * 1_000 / bytesPerS;
    if (this.#paidAt > performance.now() + TICK_MS) this.#look();
  }

  /** The run is over: whatever comes is read. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const socket of this.#sockets) socket.resume();
  }

  /** Reads or not, and comes back when that is to change. */
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
