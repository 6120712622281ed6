/** A wake-up that is not made, where no wait ends by itself: so that it hangs and does not cost a slice of time. */
import type { Mutation } from "./mutation.ts";

/** Waits for a wake-up last for days, far beyond the watchdog. */
export const ENDLESS_SLICE = {
  file: "strategies/primitives/lifecycle.ts",
  find: "export const SLICE_MS = 20;",
  replace: "export const SLICE_MS = 1e9;",
};

/** Loses wake-ups of one file. @param subject with the parameters under which they are lost */
export function lostWake(subject: string, file: string) {
  /** @param find the statement that makes the wake-up; what it is replaced by makes none */
  return (who: string, find: string, replace = ""): Mutation => ({
    subject,
    name: `${who} is not woken`,
    file,
    find,
    replace,
    also: ENDLESS_SLICE,
    wakes: true,
    hangs: true,
  });
}
