/** Which of several may be named the best, when every two of them have been compared. */
import type { PairComparison } from "./pairs.ts";

export interface Leaders {
  names: string[];
  /** Shown to be better than each of the others; null where there is none. */
  leader: string | null;
  /** Those that nothing is shown to be better than: none of them may be named alone unless it leads. */
  unbeaten: string[];
}

/** @param pairs of one group, all with the same `on` */
export function leadersOf(pairs: readonly PairComparison[]): Leaders {
  const names = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))];
  const apart = pairs.filter(({ decision }) => decision?.call === "apart");
  const leader = names.find((name) =>
    apart.filter(({ first }) => first === name).length === names.length - 1
  );
  const unbeaten = names.filter((name) => !apart.some(({ second }) => second === name));
  return { names, leader: leader ?? null, unbeaten };
}

/**
 * Letters as in tables of multiple comparisons: two names share a letter exactly where they are not shown to differ.
 * The algorithm is insert-and-absorb (Piepho, 2004).
 * @param names the fastest first, which gets the first letter
 */
export function groupLetters(
  names: readonly string[],
  pairs: readonly PairComparison[],
): Map<string, string> {
  let groups = [new Set(names)];
  for (const { first, second, decision } of pairs) {
    if (decision?.call !== "apart" || !names.includes(first) || !names.includes(second)) continue;
    const split = groups.flatMap((group) =>
      group.has(first) && group.has(second)
        ? [without(group, first), without(group, second)]
        : [group]
    );
    groups = split.filter((group, at) =>
      !split.some((other, place) =>
        place !== at && group.isSubsetOf(other) && (group.size < other.size || place < at)
      )
    );
  }
  const places = (group: ReadonlySet<string>) =>
    names.flatMap((name, at) => group.has(name) ? [at] : []);
  const ordered = groups.toSorted((a, b) => inOrder(places(a), places(b)));
  return new Map(
    names.map((name) => [
      name,
      ordered.flatMap((group, at) => group.has(name) ? [letter(at)] : []).join(""),
    ]),
  );
}

function without(group: ReadonlySet<string>, name: string): Set<string> {
  return new Set([...group].filter((other) => other !== name));
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((place, index) => place !== b[index]);
  return at === -1 ? 0 : a[at] - (b[at] ?? Infinity);
}

/** a to z, then A to Z; with more groups than letters, the last ones share a letter. */
function letter(at: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return letters[Math.min(at, letters.length - 1)];
}
