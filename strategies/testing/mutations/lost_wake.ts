/**
 * A missing wake-up, planted together with waits that never end by themselves, so that it hangs instead of costing a
 * slice.
 */
import type { Mutation } from "./mutation.ts";

/** Makes waits for a wake-up last for days, far longer than the watchdog allows. */
export const ENDLESS_SLICE = {
  file: "strategies/primitives/lifecycle.ts",
  find: "export const SLICE_MS = 20;",
  replace: "export const SLICE_MS = 1e9;",
};

/** For mistakes that lose wake-ups of one file. @param subject with the parameters under which they are lost */
export function lostWake(subject: string, file: string) {
  /** @param find the statement that makes the wake-up; `replace` must make none */
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
