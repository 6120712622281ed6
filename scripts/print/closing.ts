/** The last lines: per strategy which runtime was fastest, by how much, and how sure that is. */
import type { Summary } from "../results/columns.ts";
import { groupBy } from "../results/summary.ts";
import { isComparable, labelOf } from "./tables.ts";
import { digits, factor, rate } from "./units.ts";

/** Below this factor two medians are called level. */
const LEVEL = 1.02;

/** One line a strategy, at the largest P at which it can be told. */
export function fastestLines(rows: readonly Summary[]): string[] {
  const strategies = groupBy(rows.filter((row) => row.strategy !== "empty"), labelOf);
  return [...strategies].map(([label, ofSubject]) => `${label}: ${fastest(ofSubject)}`);
}

function fastest(rows: readonly Summary[]): string {
  const comparable = rows.filter(isComparable);
  const largest = Math.max(...comparable.map((row) => row.producers!));
  const candidates = comparable.filter((row) => row.producers === largest);
  if (candidates.length === 0) {
    const bad = rows.find((row) => row.status !== "ok");
    return bad === undefined
      ? "too short to tell from the fixed cost of a run"
      : `${bad.status}, no figure`;
  }
  const [first, second] = candidates.toSorted((a, b) => a.median_us! - b.median_us!);
  const at = `at ${largest.toLocaleString("en-US")} producers`;
  const figures = `${rate(first.messages_per_s!)}, ${
    digits(first.cpu_us_per_message!)
  } CPU µs a message`;
  if (second === undefined) return `${first.runtime} ${at}: ${figures}`;
  const times = second.median_us! / first.median_us!;
  const processes = Math.min(first.processes!, second.processes!);
  const overlap = first.max_us! >= second.min_us! ? "ranges overlap" : "ranges apart";
  const over = processes === 1
    ? "one process each, too few to tell"
    : `${processes} processes each, ${overlap}`;
  const lead = times < LEVEL
    ? `${first.runtime} and ${second.runtime} level`
    : `${first.runtime} ${factor(times)} as fast as ${second.runtime}`;
  return `${lead} ${at} (${over}); ${figures}`;
}
