/**
 * What a soak sends: hand-offs that differ so much that together they make every index wrap and use every kind of
 * message size.
 */
import type { CellSpec } from "../process/spec.ts";
import { LONGEST_LINE } from "../workload/lines.ts";
import { REGISTERED } from "../workload/registered.ts";
import { random } from "../workload/random.ts";
import { DEFAULT_CAPACITY, type Params, type Strategy } from "../../strategies/strategy.ts";

/** One hand-off of a soak, which is used again and again. */
export interface Leg {
  spec: CellSpec;
  /** Where its positions, counts and tickets begin: just below a value at which they wrap. */
  firstPosition: number;
  /** The most messages of each producer in one run. */
  mostMessages: number;
  /** Share of the soak's time. */
  share: number;
}

/** Just below the values at which a signed and an unsigned 32-bit number wrap. */
const BELOW_SIGNED = 2 ** 31 - 64;
const BELOW_UNSIGNED = -64;
/** A run of one producer stays far below 2^32 messages, the most that a message's number can count. */
const MOST_MESSAGES = 2 ** 28;
/** The most lines of a producer in one run: lines are made before a run and kept until its end. */
const MOST_LINES = 50;

/** Hand-offs from one that two messages fill to one of the default capacity; they are the same for the same seed. */
export function legsOf(strategy: Strategy, params: Params, seed: number): Leg[] {
  const next = random(seed);
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const leg = (
    shape: Pick<CellSpec, "producers" | "workers" | "messageBytes"> & Partial<CellSpec>,
    wanted: number,
    { firstPosition = 0, share = 0.1 } = {},
  ): Leg => {
    const { least } = strategy.capacityRange(shape.workers, shape.messageBytes);
    const spec: CellSpec = {
      ...{ messages: 1, runTimeUs: null, pace: null, reading: null },
      // A pilot has no second pass, and so no second hand-off.
      ...{ listener: null, storeBytes: 0, runId: "soak", task: "pilot" },
      turn: strategy.kind === "async" || next() < 0.5 ? 0 : between(1, 50),
      ...shape,
      subject: strategy.name,
      params,
      seed: between(0, 2 ** 32 - 1),
      capacity: Math.max(least + between(0, 7), wanted),
    };
    const isLines = shape.workload !== undefined;
    return { spec, firstPosition, mostMessages: isLines ? MOST_LINES : MOST_MESSAGES, share };
  };
  const odd = between(9, 100);
  const large = between(4_096, 16_384);
  return [
    leg({ producers: 3, workers: 2, messageBytes: 1 }, between(2, 64), {
      firstPosition: BELOW_UNSIGNED,
    }),
    leg({ producers: 7, workers: 3, messageBytes: odd }, odd * between(2, 6), {
      firstPosition: BELOW_SIGNED,
    }),
    // A thread keeps what it has computed for a domain. With a producer for each domain, it soon has everything, and
    // grows no more.
    leg(
      { producers: REGISTERED.length, workers: 2, messageBytes: LONGEST_LINE, workload: "domains" },
      LONGEST_LINE * between(2, 6) + between(1, 99),
      { firstPosition: BELOW_UNSIGNED },
    ),
    leg({ producers: 16, workers: 2, messageBytes: large }, 2 ** 19 - between(1, 999)),
    // This one sends most of the messages.
    leg({ producers: 256, workers: 2, messageBytes: 1, turn: 0 }, DEFAULT_CAPACITY, { share: 0.6 }),
  ];
}
