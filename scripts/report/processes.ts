/** What each process of a cell measured: processes are the unit of replication, and a chart shows a dot for each. */
import type { Sample } from "../results/columns.ts";
import { known, median } from "../statistics/order.ts";
import { byProcess } from "../statistics/processes.ts";
import { cellKey } from "../results/cell_key.ts";
import { isOpenLoop } from "../results/labels.ts";
import { waitsOf } from "../statistics/latency.ts";
import { type WaitFigures, waitFigures } from "./wait_figures.ts";

/** Figures are null where the process has no verified run. */
export interface ProcessFigure {
  session: string;
  round: number;
  /** Number of verified runs. */
  runs: number;
  /** ok, or the status of its first row that is not. */
  status: string;
  detail: string | null;
  median_us: number | null;
  min_us: number | null;
  max_us: number | null;
  cpu_us_per_message: number | null;
  rss_peak_bytes: number | null;
  /** Left out at full load; in an open loop, medians over its runs. */
  waits?: WaitFigures;
}

/** By `cellKey`, without the pilot's rows (round 0), which belong to no process of a cell. */
export function processesOf(samples: readonly Sample[]): Map<string, ProcessFigure[]> {
  const cells = Map.groupBy(samples.filter((sample) => sample.round !== 0), cellKey);
  return new Map([...cells].map(([key, rows]) => {
    const sent = rows.find(({ status }) => status === "ok")?.delivered ?? 0;
    const figures = [...byProcess(rows).values()].map((own) => figureOf(own, sent));
    return [key, figures.sort(bySessionAndRound)];
  }));
}

/**
 * @param sent messages of a run of the cell: joined sessions may have chosen other numbers, and are shown as if they
 * had this one
 */
function figureOf(rows: readonly Sample[], sent: number): ProcessFigure {
  const ok = rows.filter((row) => row.status === "ok" && row.elapsed_us !== null);
  const bad = rows.find((row) => row.status !== "ok");
  const elapsed = ok.map((row) =>
    row.elapsed_us! * (row.delivered! > 0 ? sent / row.delivered! : 1)
  );
  const cpu = ok.filter((row) => row.delivered! > 0 && row.cpu_user_us !== null)
    .map((row) => (row.cpu_user_us! + row.cpu_system_us!) / row.delivered!);
  const { session, round, strategy } = rows[0];
  return {
    session: session ?? "",
    round: round ?? 0,
    runs: ok.length,
    status: bad?.status ?? "ok",
    detail: bad?.detail ?? null,
    median_us: known(median(elapsed)),
    min_us: known(Math.min(...elapsed)),
    max_us: known(Math.max(...elapsed)),
    cpu_us_per_message: known(median(cpu)),
    rss_peak_bytes: ok[0]?.rss_peak_bytes ?? null,
    ...(isOpenLoop(rows[0]) ? { waits: waitFigures(strategy, waitsOf([ok])) } : {}),
  };
}

function bySessionAndRound(a: ProcessFigure, b: ProcessFigure): number {
  return a.session < b.session ? -1 : a.session > b.session ? 1 : a.round - b.round;
}
