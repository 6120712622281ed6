/** Cells without a figure, in words. A cell that failed in the same way in several processes is one line. */
import { count } from "../cli/units.js";
import { plainText } from "../cli/plain_text.ts";
import { cellKey } from "../results/cell_key.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { isOpenLoop, labelOf } from "../results/labels.ts";
import { byProcess } from "../statistics/processes.ts";

export interface Failures {
  failed: string[];
  skipped: string[];
}

/** @param samples all rows, of which those of the given cells are counted */
export function failuresOf(rows: readonly Summary[], samples: readonly Sample[]): Failures {
  const runs = Map.groupBy(samples.filter(({ round }) => round !== 0), cellKey);
  const lines = (bad: readonly Summary[]) =>
    bad.map((row) => lineOf(row) + timesOf(row, runs.get(cellKey(row)) ?? []));
  const bad = rows.filter(({ status }) => status !== "ok" && status !== "dropped");
  const keys = new Set(rows.map(cellKey));
  // A pilot's rows enter no figure, but a failure that it found is as real.
  const pilots = samples.filter((row) =>
    row.round === 0 && keys.has(cellKey(row)) &&
    !["ok", "dropped", "pilot", "skipped"].includes(row.status!)
  );
  return {
    failed: [
      ...lines(bad.filter(({ status }) => status !== "skipped")),
      ...pilots.map((row) => `${lineOf(row)} (pilot)`),
    ],
    skipped: lines(bad.filter(({ status }) => status === "skipped")),
  };
}

function lineOf(row: Summary | Sample): string {
  const producers = count(row.producers!);
  const why = row.detail === null ? "" : `, ${row.detail}`;
  const load = isOpenLoop(row) ? `, load ${row.load}` : "";
  return plainText(
    `${row.runtime} ${labelOf(row)} at ${producers} producers${load}: ${row.status}${why}`,
  );
}

/** How often it failed, such as ` (1 of 5 processes)`; empty where there was one process. */
function timesOf({ status }: Summary, runs: readonly Sample[]): string {
  const processes = [...byProcess(runs).values()];
  const bad = processes.filter((own) => own.some((run) => run.status === status)).length;
  return processes.length > 1 ? ` (${bad} of ${processes.length} processes)` : "";
}
