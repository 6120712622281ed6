/** A mistake planted into the real source of a strategy, as a replacement of text that must be there exactly once. */
export interface Mutation {
  /** The strategy that has it, with the parameters under which it acts: `channel:drain=batch`. */
  subject: string;
  /** What goes wrong, in words. */
  name: string;
  /** Below the root of the project. */
  file: string;
  find: string;
  replace: string;
  /** A second replacement, which widens the gap that a race must hit. */
  also?: { file: string; find: string; replace: string };
  /** Only a race of two threads shows it, so it is caught by chance. */
  byChance?: true;
  /** Shown by the hand-offs in which every wake-up is needed (`bench/testing/wake_trial.ts`), and by no cell. */
  wakes?: true;
  /** Nothing wrong is delivered, only nothing more: a watchdog is all that can notice. */
  hangs?: true;
}

/** Plants into one file of a strategy. @param subject with the parameters under which the mistakes act */
export function planted(subject: string, file: string) {
  return (
    name: string,
    find: string,
    replace: string,
    how: Pick<Mutation, "also" | "byChance" | "hangs"> = {},
  ): Mutation => ({ subject, name, file, find, replace, ...how });
}

/** After so many calls a mutation begins that must first look healthy: behind the warm-up of every cell. */
const HEALTHY_CALLS = 60_000;

/** The same statement, but skipped once that many have been made by the thread. */
export function staleAfterWarmUp(statement: string): string {
  return `if ((globalThis.healthy = (globalThis.healthy ?? 0) + 1) < ${HEALTHY_CALLS}) ${statement}`;
}

/** A statement, with another one in its place every thousandth time. */
export function everyThousandth(statement: string, instead: string): string {
  return `if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) { ${instead} } else { ${statement} }`;
}
