/** What every verifier shares: its interface, and how counted faults become one word. */
import type { RunHeader, Verdict, VerdictStatus } from "../wire/protocol.ts";
import type { Sequences } from "./sequences.ts";

export interface Verifier {
  /**
   * Check the next bytes of the stream, cut anywhere. Keeps no reference to them.
   * @param connection a message never crosses from one to another
   */
  feed(bytes: Uint8Array, connection?: number): void;
  /** All streams have ended. Call once. @param announced what the client says that it has dropped of each producer */
  finish(announced?: Uint32Array | null): Verdict;
}

export type Faults = Pick<Verdict, "lost" | "duplicated" | "reordered" | "corrupted">;

/** One word for a run: content first, since a spoiled message explains what else looks wrong. */
function statusOf(faults: Faults, dropped = 0): VerdictStatus {
  if (faults.corrupted > 0) return "corrupt";
  if (faults.lost > 0) return "lost";
  if (faults.duplicated > 0) return "duplicated";
  if (faults.reordered > 0) return "reordered";
  return dropped > 0 ? "dropped" : "ok";
}

/** What was counted, as a verdict. @param detail the first fault in words; empty: none */
export function verdictOf(
  { producers, messages }: RunHeader,
  delivered: number,
  faults: Faults,
  detail: string,
  dropped = 0,
): Verdict {
  const expected = messages === null ? null : producers * messages;
  return { status: statusOf(faults, dropped), expected, delivered, ...faults, dropped, detail };
}

export interface Missing {
  /** Missing without a word. */
  lost: number;
  /** Missing as announced. */
  dropped: number;
  /** Announced as dropped, and delivered all the same. */
  delivered: number;
}

/**
 * What the numbers of all producers say is missing.
 * @param nameless corrupted messages whose number cannot be trusted: each stands for one that is missing
 */
export function missingMessages(
  sequences: Sequences,
  nameless: number,
  announced: Uint32Array | null,
): Missing {
  if (announced === null) {
    return { lost: Math.max(0, sequences.missing() - nameless), dropped: 0, delivered: 0 };
  }
  const sum: Missing = { lost: 0, dropped: 0, delivered: 0 };
  for (const [producer, count] of announced.entries()) {
    const missing = sequences.missingOf(producer);
    sum.lost += Math.max(0, missing - count);
    sum.dropped += Math.min(missing, count);
    sum.delivered += Math.max(0, count - missing);
  }
  return { ...sum, lost: Math.max(0, sum.lost - nameless) };
}
