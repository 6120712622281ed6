/** The words for each measure of a pair. A sentence that names a winner is built from these and nothing else. */
import type { PairComparison } from "../statistics/pairs.ts";

export interface MeasureWords {
  /** Names a leader. @param kind `strategy` or `runtime` */
  leads: (leader: string, kind: string) => string;
  /** By how much it leads, said after where. */
  atLeast: (ratio: string) => string;
  /** Asks which one leads. */
  whichLeads: (kind: string) => string;
  /** @param names those that no other is shown to beat */
  unbeaten: (names: string) => string;
  /** @param ratio with its interval */
  apart: (first: string, second: string, ratio: string) => string;
  /** Names the two of a pair without a winner. */
  both: (first: string, second: string) => string;
  /** Follows the title of a family of pairs. */
  titled: string;
  /** What the entries of a matrix of pairs are. */
  matrix: string;
}

export const MEASURE_WORDS: Readonly<Record<PairComparison["measure"], MeasureWords>> = {
  throughput: {
    leads: (leader, kind) => `${leader} is faster than every other ${kind}`,
    atLeast: (ratio) => `by at least ${ratio}`,
    whichLeads: (kind) => `Which ${kind} is the fastest`,
    unbeaten: (names) => `nothing is shown to be faster than ${names}`,
    apart: (first, second, ratio) => `${first} is ${ratio} as fast as ${second}`,
    both: (first, second) => `${first} and ${second}`,
    titled: "",
    matrix: "How many times as fast the row is as the column, over every P.",
  },
  p99: {
    leads: (leader, kind) => `${leader}'s messages wait less than every other ${kind}'s`,
    atLeast: (ratio) => `p99, at least ${ratio} shorter`,
    whichLeads: (kind) => `Which ${kind}'s messages wait the least (p99)`,
    unbeaten: (names) => `none are shown to wait less than those of ${names}`,
    apart: (first, second, ratio) => `the p99 of ${second} is ${ratio} that of ${first}`,
    both: (first, second) => `the p99 of ${first} and of ${second}`,
    titled: " by what their messages wait",
    matrix: "How many times as long as the row's the column's p99 is, over every P.",
  },
};
