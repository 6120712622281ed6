/** What the page shows of an open loop, for a cell and for each of its processes. */
import type { Summary } from "../results/columns.ts";
import type { WaitColumn } from "../statistics/latency.ts";

const SHOWN = [
  "p50_us",
  "p90_us",
  "p99_us",
  "p999_us",
  "max_us",
  "uncorrected_p99_us",
  "end_p50_us",
  "end_p99_us",
  "end_p999_us",
  "end_max_us",
  "backlog_peak_bytes",
  "unread_peak_bytes",
  "held_peak",
] as const satisfies readonly WaitColumn[];

export type WaitFigures = Record<(typeof SHOWN)[number], number | null>;

/** For `empty`, which hands nothing over, how late the pacing alone is. */
export function waitFigures(
  strategy: string | null,
  row: Pick<Summary, WaitColumn>,
): WaitFigures {
  const own = Object.fromEntries(SHOWN.map((name) => [name, row[name]])) as WaitFigures;
  return strategy === "empty" ? { ...own, p50_us: row.late_p50_us, p99_us: row.late_p99_us } : own;
}
