/**
 * How long a consumer waits for a fuller batch. Every write has a price of its own, so under load a pause between two
 * writes gains throughput, while a message that comes alone gains nothing and pays for the pause. So the load decides
 * (Martin Thompson's smart batching, 2011, with a pause): while few bytes come per millisecond, each message is taken
 * at once; the more come, the longer is the pause. The bytes that have come since the last write would not measure the
 * load: where threads share cores, the producers may just not have been running.
 */

import type { Params } from "../strategy.ts";
import { SLICE_MS } from "./lifecycle.ts";

/**
 * When a consumer that has nothing to write is woken.
 *
 *     load        by the first message if it had caught up, otherwise by a watermark or after the pause
 *     watermark   always by a watermark, or after the longest pause
 *     message     always by the first message
 */
export type WakePolicy = "load" | "watermark" | "message";

/** The two parameters of every strategy that may wait for a fuller batch. */
export const LINGER_PARAMS = {
  wake: {
    help:
      "a consumer that has caught up is woken by the first message, one under load by a watermark " +
      "(load); always by one of them (message, watermark)",
    default: "load",
    choices: ["load", "watermark", "message"],
  },
  linger: {
    help: "the longest that a consumer waits for its watermark, µs",
    default: 1_000,
    min: 0,
    // A consumer sees an abort only when it wakes, so it must not sleep longer than a slice.
    max: 1_000 * SLICE_MS,
  },
} as const;

/** From this rate on (bytes/ms) the pause is the longest; below it, the pause is shorter in proportion. */
const FULL_RATE = 65_536;
/** Below this rate (bytes/ms) there is no pause. */
const LEAST_RATE = FULL_RATE / 8;
/** Time over which the rate is estimated (ms). */
const MEMORY_MS = 1;

/** Belongs to one consumer. Neither blocks nor allocates. */
export class Linger {
  readonly #policy: WakePolicy;
  readonly #longestMs: number;
  /** Bytes per millisecond, lately. */
  #rate = 0;
  #lookedAt = 0;
  /** How long the next wait for a fuller batch may take, ms; 0: take what is there. */
  ms: number;

  /** Creates one from the two parameters. */
  static of({ wake, linger }: Params): Linger {
    return new Linger(wake as WakePolicy, Number(linger));
  }

  constructor(policy: WakePolicy, longestUs: number) {
    this.#policy = longestUs === 0 ? "message" : policy;
    this.#longestMs = longestUs / 1_000;
    this.ms = this.#policy === "watermark" ? this.#longestMs : 0;
  }

  /** Whether a consumer that has just found nothing at all may be woken by the first message. */
  get mayBeHungry(): boolean {
    return this.#policy !== "watermark";
  }

  /**
   * Called when another look begins.
   * @param bytes that the last look has found
   * @param nowMs time of any clock that never runs back
   */
  follow(bytes: number, nowMs: number): void {
    if (this.#policy !== "load") return;
    const ms = Math.max(nowMs - this.#lookedAt, Number.EPSILON);
    this.#lookedAt = nowMs;
    this.#rate += (1 - Math.exp(-ms / MEMORY_MS)) * (bytes / ms - this.#rate);
    this.ms = this.#rate < LEAST_RATE ? 0 : this.#longestMs * Math.min(1, this.#rate / FULL_RATE);
  }
}
