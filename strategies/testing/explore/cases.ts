/** The small cases that are explored: two producers, and a hand-off that is as small as possible. */
import type { OnLost } from "../../primitives/lost_workers.ts";
import { findStrategy } from "../../registry.ts";
import type { Params, Strategy } from "../../strategy.ts";

export interface Case {
  name: string;
  strategy: string;
  params: Params;
  /** Messages of one byte that each of the two producers sends. */
  messages: number;
  /** Capacity of the hand-off, as a multiple of the least that the strategy accepts. */
  room: number;
  firstPosition: number;
  /** The consumer aborts after this many batches. */
  abortAfter: number | null;
  /** If not null, a producer may die before any of its steps, and the consumer then does this. */
  onLost: OnLost | null;
  flushes: boolean;
  /** A producer sends its next message, or closes, only after the consumer has received the one before. */
  answers: boolean;
  /** A wait may end by its slice; otherwise that counts as a lost wake-up. */
  slices: boolean;
}

const SUBJECTS: readonly { strategy: string; variants: readonly Params[] }[] = [
  { strategy: "swap-buffer", variants: [{ wait: "park" }, { drain: "each", wait: "park" }, {}] },
  { strategy: "atomic-swap", variants: [{}] },
  { strategy: "channel", variants: [{ drain: "batch" }, { drain: "each" }] },
  { strategy: "sharded-rings", variants: [{ publish: 64 }, { publish: 1 }] },
  { strategy: "async-lock", variants: [{ fair: "false" }, { fair: "true" }] },
  { strategy: "greedy-swap", variants: [{}] },
  { strategy: "ticket-swap", variants: [{}] },
  { strategy: "eager-swap", variants: [{}] },
  { strategy: "patient-rings", variants: [{}] },
];

export const EXPLORED = SUBJECTS.map(({ strategy }) => strategy);

interface Shape extends Partial<Case> {
  /** What a full hand-off does; left out: it blocks. */
  overflow?: string;
}

const SHAPES: Record<string, Shape> = {
  "one by one": {},
  "each answered": { answers: true },
  "counts go round": { firstPosition: -8 },
  "room for all": { room: 2 },
  "abort": { messages: 2, abortAfter: 1 },
  "flush and linger": { flushes: true },
  "flush": { messages: 2, flushes: true },
  "two by two": { messages: 2 },
  "a producer dies, and it fails": { onLost: "fail" },
  "a producer dies, and it goes on": { onLost: "close" },
  "drop-newest": { messages: 2, overflow: "drop-newest" },
  "drop-oldest": { messages: 2, overflow: "drop-oldest" },
};

/** The cases of a strategy, in the order in which they are explored. */
export function casesOf(strategy: string): Case[] {
  const subject = SUBJECTS.find((one) => one.strategy === strategy);
  return (subject?.variants ?? []).flatMap((params) =>
    Object.entries(SHAPES).filter(([shape, chosen]) => isOf(strategy, shape, chosen)).map(
      ([shape, { overflow, ...chosen }]): Case => {
        const words = Object.entries(params).map(([key, value]) => `${key}=${value}`);
        const lingering = shape === "flush and linger" ? { wake: "watermark", linger: 1_000 } : {};
        return {
          name: [shape, ...words].join(", "),
          strategy,
          params: { ...params, ...lingering, ...(overflow === undefined ? {} : { overflow }) },
          messages: 1,
          room: 1,
          firstPosition: 0,
          abortAfter: null,
          onLost: null,
          flushes: false,
          answers: false,
          ...chosen,
          // Nobody can pass on the ticket of a thread that an abort has ended, so the threads that wait behind it
          // notice the abort only when their slice ends. Nor does anybody wake the threads that a death leaves waiting.
          slices: chosen.onLost !== undefined || (chosen.abortAfter !== undefined &&
            (strategy === "ticket-swap" || params.fair === "true")),
          ...(rings(strategy) ? ofRings(shape, chosen) : {}),
        };
      },
    )
  );
}

function isOf(strategy: string, shape: string, { overflow }: Shape): boolean {
  const { params } = findStrategy(strategy) as Strategy;
  if (overflow !== undefined) {
    const spec = params.overflow;
    return spec !== undefined && "choices" in spec && spec.choices.includes(overflow);
  }
  if (shape === "flush and linger") return "linger" in params;
  return shape !== "flush" || rings(strategy);
}

/**
 * Each producer has a ring of its own, which holds its first three messages, so only the fourth finds it full. The
 * watermark, a quarter of a ring, only matters in a larger one.
 */
function ofRings(shape: string, { abortAfter }: Shape): Partial<Case> {
  if (shape === "room for all" || shape === "flush" || shape === "each answered") {
    return { room: 4 };
  }
  if (abortAfter !== undefined) return { messages: 1 };
  return shape === "two by two" || shape === "drop-newest" ? { messages: 4 } : {};
}

function rings(strategy: string): boolean {
  return strategy.endsWith("-rings");
}
