/** The small cases that are explored: two producers, a hand-off as small as it goes. */
import type { Params } from "../../strategy.ts";

export interface Case {
  name: string;
  strategy: string;
  params: Params;
  /** Messages of one byte that each of the two producers sends. */
  messages: number;
  /** How many times the least that the strategy takes its hand-off holds. */
  room: number;
  firstPosition: number;
  /** The consumer aborts after so many runs. */
  abortAfter: number | null;
  flushes: boolean;
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

const SHAPES: Record<string, Partial<Case>> = {
  "one by one": {},
  "counts go round": { firstPosition: -8 },
  "room for all": { room: 2 },
  "abort": { messages: 2, abortAfter: 1 },
  "flush and linger": { flushes: true },
  "two by two": { messages: 2 },
};

/** The cases of a strategy, in the order in which they are explored. */
export function casesOf(strategy: string): Case[] {
  const subject = SUBJECTS.find((one) => one.strategy === strategy);
  return (subject?.variants ?? []).flatMap((params) =>
    Object.entries(SHAPES).map(([shape, chosen]): Case => {
      const words = Object.entries(params).map(([key, value]) => `${key}=${value}`);
      return {
        name: [shape, ...words].join(", "),
        strategy,
        params: chosen.flushes ? { ...params, ...lingers(strategy) } : params,
        messages: 1,
        room: 1,
        firstPosition: 0,
        abortAfter: null,
        flushes: false,
        ...chosen,
        // Nobody can hand on the ticket of a thread that an abort has ended; who waits behind it looks once a slice.
        slices: chosen.abortAfter !== undefined &&
          (strategy === "ticket-swap" || params.fair === "true"),
        // A ring of its own holds a producer's first three messages.
        ...(rings(strategy) && chosen.messages === 2
          ? { messages: chosen.abortAfter ? 1 : 4 }
          : {}),
      };
    })
  );
}

function rings(strategy: string): boolean {
  return strategy.endsWith("-rings");
}

function lingers(strategy: string): Params {
  return strategy === "channel" ? {} : { wake: "watermark", linger: 1_000 };
}
