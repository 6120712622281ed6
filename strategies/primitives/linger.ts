/**
 * How long a consumer waits for a fuller batch. Every write has a price of its own, so under load a pause between two
 * of them buys throughput; a message that comes alone gains nothing from the pause and pays for it. The answer is to
 * let the load decide (Martin Thompson's smart batching, 2011, with a pause): while few bytes come per millisecond,
 * each message is taken at once, and the more come, the longer is the pause. The bytes that have come since the last
 * write would not do as a measure of load: where threads share cores, the producers may just not have run.
 */

import type { Params } from "../strategy.ts";
import { SLICE_MS } from "./lifecycle.ts";

/**
 * When a consumer that has nothing to write is woken.
 *
 *     load        as above: by the first message where it had caught up, else by a watermark or after the pause
 *     watermark   always by a watermark, or after the longest pause
 *     message     always by the first message
 */
export type WakePolicy = "load" | "watermark" | "message";

/** Where a strategy may wait for a fuller batch, it has these two parameters. */
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
    // A consumer that sleeps longer would not see an abort.
    max: 1_000 * SLICE_MS,
  },
} as const;

/** From this rate on (bytes/ms) the pause is the longest, and below it shorter in proportion. */
const FULL_RATE = 65_536;
/** Below this one (bytes/ms) there is none. */
const LEAST_RATE = FULL_RATE / 8;
/** Over about so long (ms) the rate is estimated. */
const MEMORY_MS = 1;

/** Belongs to one consumer. Neither blocks nor allocates. */
export class Linger {
  readonly #policy: WakePolicy;
  readonly #longestMs: number;
  /** Bytes a millisecond, lately. */
  #rate = 0;
  #lookedAt = 0;
  /** What the next wait for a fuller batch may take; 0: take what is there. */
  ms: number;

  /** Made from the two parameters. */
  static of({ wake, linger }: Params): Linger {
    return new Linger(wake as WakePolicy, Number(linger));
  }

  constructor(policy: WakePolicy, longestUs: number) {
    this.#policy = longestUs === 0 ? "message" : policy;
    this.#longestMs = longestUs / 1_000;
    this.ms = this.#policy === "watermark" ? this.#longestMs : 0;
  }

  /** Whether the first message is to wake a consumer that has just found nothing at all. */
  get mayBeHungry(): boolean {
    return this.#policy !== "watermark";
  }

  /**
   * Another look begins.
   * @param bytes that the last one has found
   * @param nowMs any clock that only goes on
   */
  follow(bytes: number, nowMs: number): void {
    if (this.#policy !== "load") return;
    const ms = Math.max(nowMs - this.#lookedAt, Number.EPSILON);
    this.#lookedAt = nowMs;
    this.#rate += (1 - Math.exp(-ms / MEMORY_MS)) * (bytes / ms - this.#rate);
    this.ms = this.#rate < LEAST_RATE ? 0 : this.#longestMs * Math.min(1, this.#rate / FULL_RATE);
  }
}
