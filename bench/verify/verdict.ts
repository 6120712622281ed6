/** What all verifiers share: their interface, and how the faults that they count become one word. */
import type { RunHeader, Verdict, VerdictStatus } from "../wire/protocol.ts";
import type { Sequences } from "./sequences.ts";

export interface Verifier {
  /**
   * Checks the next bytes of the stream, which may be cut anywhere. Keeps no reference to them.
   * @param connection no message crosses from one connection to another
   */
  feed(bytes: Uint8Array, connection?: number): void;
  /**
   * Call once, when all streams have ended. @param announced how many messages of each producer the client says it has
   * dropped
   */
  finish(announced?: Uint32Array | null): Verdict;
}

export type Faults = Pick<Verdict, "lost" | "duplicated" | "reordered" | "corrupted">;

/** One word for a run. Corrupt content comes first, because a corrupt message explains what else looks wrong. */
function statusOf(faults: Faults, dropped = 0): VerdictStatus {
  if (faults.corrupted > 0) return "corrupt";
  if (faults.lost > 0) return "lost";
  if (faults.duplicated > 0) return "duplicated";
  if (faults.reordered > 0) return "reordered";
  return dropped > 0 ? "dropped" : "ok";
}

/** Makes a verdict of what was counted. @param detail the first fault in words, or "" where there is none */
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
  /** Missing and not announced. */
  lost: number;
  /** Missing as announced. */
  dropped: number;
  /** Announced as dropped, and delivered all the same. */
  delivered: number;
}

/**
 * What is missing, as the numbers of all producers show.
 * @param nameless corrupted messages whose number cannot be trusted: each accounts for one that is missing
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
