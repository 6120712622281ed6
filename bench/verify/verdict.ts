/** What every verifier shares: its interface, and how counted faults become one word. */
import type { RunHeader, Verdict, VerdictStatus } from "../protocol.ts";

export interface Verifier {
  /** Check the next bytes of the stream, cut anywhere. Keeps no reference to them. */
  feed(bytes: Uint8Array): void;
  /** The stream has ended. Call once. */
  finish(): Verdict;
}

export type Faults = Pick<Verdict, "lost" | "duplicated" | "reordered" | "corrupted">;

/** One word for a run: content first, since a spoiled message explains what else looks wrong. */
export function statusOf(faults: Faults): VerdictStatus {
  if (faults.corrupted > 0) return "corrupt";
  if (faults.lost > 0) return "lost";
  if (faults.duplicated > 0) return "duplicated";
  return faults.reordered > 0 ? "reordered" : "ok";
}

/** Messages that a header announces, or null where it does not say. */
export function expectedMessages(header: RunHeader): number | null {
  return header.messages === null ? null : header.producers * header.messages;
}
