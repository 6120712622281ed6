/**
 * A mistake that is planted into the real source of a strategy, by replacing a text that the source contains exactly
 * once.
 */
export interface Mutation {
  /** The strategy that has the mistake, with the parameters under which it acts: `channel:drain=batch`. */
  subject: string;
  /** What goes wrong, in words. */
  name: string;
  /** Path from the root of the project. */
  file: string;
  find: string;
  replace: string;
  /** A second replacement, which makes a race more likely to show. */
  also?: { file: string; find: string; replace: string };
  /** Only a race of two threads shows it, so it is caught by chance. */
  byChance?: true;
  /** Only hand-offs in which every wake-up is needed show it (`bench/testing/wake_trial.ts`); no cell does. */
  wakes?: true;
  /** Nothing wrong is delivered, but nothing more arrives, so only a watchdog can notice. */
  hangs?: true;
}

/** For mistakes in one file of a strategy. @param subject with the parameters under which the mistakes act */
export function planted(subject: string, file: string) {
  return (
    name: string,
    find: string,
    replace: string,
    how: Pick<Mutation, "also" | "byChance" | "hangs"> = {},
  ): Mutation => ({ subject, name, file, find, replace, ...how });
}

/** Calls after which a mistake begins that must look healthy first; more than the warm-up of any cell makes. */
const HEALTHY_CALLS = 60_000;

/** The same statement, which is skipped once the thread has executed it that many times. */
export function staleAfterWarmUp(statement: string): string {
  return `if ((globalThis.healthy = (globalThis.healthy ?? 0) + 1) < ${HEALTHY_CALLS}) ${statement}`;
}

/** A statement that is replaced by another one every thousandth time. */
export function everyThousandth(statement: string, instead: string): string {
  return `if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) { ${instead} } else { ${statement} }`;
}
