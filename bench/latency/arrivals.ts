/**
 * When the messages of an open loop are due. That follows from the pace, its seed included, and the producer alone, so
 * whoever knows both can recompute it, and nothing has to travel in the message.
 */
import { keysOf } from "../workload/messages.ts";
import { random } from "../workload/random.ts";

/**
 *     exponential   gaps as of independent users (a Poisson process)
 *     even          all gaps alike, producers shifted by i / P of one
 *     burst         exponential, but what would come within the next 20 ms comes at once
 *     staggered     exponential at twice the rate, in half the time: producers join one after the other in the first half
 *                   of the run, and close one after the other in the second
 *     ramp          the rate grows from 0 to twice its mean
 */
export const SPACINGS = ["exponential", "even", "burst", "staggered", "ramp"] as const;

export type Spacing = typeof SPACINGS[number];

/** Time from one burst to the next, ms. */
const BURST_MS = 20;

export interface Pace {
  /** Messages/s of all producers together, as the mean of a run. */
  ratePerS: number;
  spacing: Spacing;
  /** Seed of the exponential gaps, u32. */
  seed: number;
  /** Messages of each producer. */
  messages: number;
}

/**
 * The seed of a round's arrivals. It is the same for all cells, so that the cells of a pair have met the same bursts in
 * each round, and another in every round, so that no verdict rests on one draw.
 */
export function arrivalsSeed(seed: number, round: number): number {
  return keysOf({ seed, run: round })[1];
}

/**
 * For each message of a producer, the time at which it is due, in ms from the start of a run, ascending. Exponential
 * gaps are scaled so that every producer's messages span the same time: otherwise the producers that end early would
 * leave a lower rate than was asked for.
 */
export function dueTimes(
  producer: number,
  producers: number,
  { ratePerS, spacing, seed, messages }: Pace,
): Float64Array {
  const gapMs = producers * 1_000 / ratePerS;
  if (spacing === "even") {
    return Float64Array.from({ length: messages }, (_, k) => (k + producer / producers) * gapMs);
  }
  const next = random(keysOf({ seed, run: producer })[0]);
  let at = 0;
  const ends = Float64Array.from({ length: messages + 1 }, () => at -= Math.log(1 - next()));
  const wholeMs = messages * gapMs;
  const last = Math.max(1, producers - 1);
  // A single producer joins at the beginning and closes at the end.
  const shaped = spacing === "staggered" && producers === 1 ? SHAPES.exponential : SHAPES[spacing];
  return ends.subarray(0, messages).map((end) =>
    shaped(end / at * wholeMs, wholeMs, producer / last)
  );
}

/** Moves a message from `ms`, where it comes at an even rate, to its place in the run; ascending in `ms`. */
const SHAPES: Record<
  Exclude<Spacing, "even">,
  (ms: number, wholeMs: number, place: number) => number
> = {
  exponential: (ms) => ms,
  burst: (ms) => Math.floor(ms / BURST_MS) * BURST_MS,
  staggered: (ms, wholeMs, place) => (place * wholeMs + ms) / 2,
  ramp: (ms, wholeMs) => Math.sqrt(ms * wholeMs),
};

/** A Worker's messages in the order in which they are due. */
export interface Schedule {
  /** When each is due, in ms from the start of the run. */
  dueMs: Float64Array;
  /** Whose turn it is, as an index into the Worker's list of producers. */
  places: Uint32Array;
  /** The number of each message among those of its producer. */
  sequences: Uint32Array;
}

/** @param ids the producers of one Worker */
export function scheduleOf(
  ids: readonly number[],
  producers: number,
  pace: Pace,
): Schedule {
  const { messages } = pace;
  const all = new Float64Array(ids.length * messages);
  for (const [place, id] of ids.entries()) {
    all.set(dueTimes(id, producers, pace), place * messages);
  }
  const order = merged(all, messages);
  return {
    dueMs: Float64Array.from(order, (at) => all[at]),
    places: order.map((at) => Math.floor(at / messages)),
    sequences: order.map((at) => at % messages),
  };
}

/**
 * The indices of `all` in the order of their values, ties by index. Merges the ascending parts from the bottom up: for
 * some hundred thousand messages, a sort with a comparator takes ten times as long as the run.
 * @param length of each ascending part
 */
function merged(all: Float64Array, length: number): Uint32Array {
  let from = Uint32Array.from(all, (_, at) => at);
  let to = new Uint32Array(all.length);
  for (let width = length; width < all.length; width *= 2) {
    for (let low = 0; low < all.length; low += 2 * width) {
      const middle = Math.min(low + width, all.length);
      const high = Math.min(middle + width, all.length);
      let [left, right] = [low, middle];
      for (let at = low; at < high; at++) {
        const isLeft = right === high || (left < middle && all[from[left]] <= all[from[right]]);
        to[at] = from[isLeft ? left++ : right++];
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
