/** The small cases that are explored: two producers, a hand-off as small as it goes. */
import type { OnLost } from "../../primitives/lost_workers.ts";
import { findStrategy } from "../../registry.ts";
import type { Params, Strategy } from "../../strategy.ts";

export interface Case {
  name: string;
  strategy: string;
  params: Params;
  /** Messages of one byte that each of the two producers sends. */
  messages: number;
  /** How many times the least that the strategy takes its hand-off holds. */
  room: number;
  firstPosition: number;
  /** The consumer aborts after this many batches. */
  abortAfter: number | null;
  /** Not null: a producer may die before any of its steps, and this is what the consumer does then. */
  onLost: OnLost | null;
  flushes: boolean;
  /** A producer sends its next message, and closes, once the consumer has received the one before. */
  answers: boolean;
  /** A wait may need its slice. */
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
          // Nobody can hand on the ticket of a thread that an abort has ended; who waits behind it looks once a slice.
          // Nor does anybody wake those that a death leaves waiting.
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

/** A ring of its own holds a producer's first three messages, and a quarter of it is worth a look only where it is larger. */
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
