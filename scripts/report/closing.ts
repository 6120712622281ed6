/** The last lines: what a reader came for, in words. */
import { findControl } from "../../bench/subjects/controls.ts";
import type { Summary } from "../results/columns.ts";
import { labelOf } from "../results/labels.ts";
import type { PairComparison } from "../statistics/pairs.ts";
import { groupBy } from "../statistics/group_by.ts";
import { isComparable } from "../statistics/summary.ts";
import { digits, rate } from "../cli/units.js";
import { headlineOf } from "./verdicts.ts";

/**
 * One line per strategy: how its fastest runtime compares with the next, and what that one reaches; then one per runtime:
 * how its fastest strategy compares with the next.
 */
export function closingLines(
  rows: readonly Summary[],
  pairs: readonly PairComparison[],
): string[] {
  const contenders = rows.filter((row) => findControl(row.strategy!) === undefined);
  return [
    ...[...groupBy(contenders, labelOf)].map(([label, ofSubject]) => {
      const compared = headlineOf(pairs.filter((pair) => pair.on === label));
      return compared === undefined
        ? `${label}: ${figures(ofSubject)}`
        : `${compared}; ${figures(ofSubject)}`;
    }),
    ...[...groupBy(contenders, (row) => row.runtime!).keys()].flatMap((runtime) =>
      headlineOf(pairs.filter((pair) => pair.on === runtime)) ?? []
    ),
  ];
}

/** Of the fastest cell at the largest P that has one. */
function figures(rows: readonly Summary[]): string {
  const comparable = rows.filter(isComparable);
  const largest = Math.max(...comparable.map((row) => row.producers!));
  const [best] = comparable.filter((row) => row.producers === largest)
    .toSorted((a, b) => a.median_us! - b.median_us!);
  if (best === undefined) {
    const bad = rows.find((row) => row.status !== "ok");
    return bad === undefined
      ? "too short to tell from the fixed cost of a run"
      : `${bad.status}, no figure`;
  }
  const at = `${largest.toLocaleString("en-US")} ${largest === 1 ? "producer" : "producers"}`;
  return `up to ${rate(best.messages_per_s!)} at ${at} (${best.runtime}), ${
    digits(best.cpu_us_per_message!)
  } CPU µs per message`;
}
