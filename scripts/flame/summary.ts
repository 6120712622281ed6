/** The profile in the terminal: where each thread was most of the time. */
import { hottest } from "./flame_tree.ts";
import type { LabelledCell } from "./output.ts";
import { percent } from "./page.ts";

const ROWS = 5;

/** Shares of samples, never times: a profiled run is no measurement. */
export function profileSummary(cells: readonly LabelledCell[]): string {
  return cells.flatMap(({ label, runs, threads }) => [
    "",
    `${label} (${runs} ${runs === 1 ? "run" : "runs"} sampled)`,
    ...threads.flatMap(({ name, profile }) => [
      ` ${name}, ${profile.samples.length} samples`,
      ...hottest(profile, ROWS).map((hot) =>
        `  ${percent(hot.share).padStart(7)}  ${hot.category.padEnd(8)}  ` +
        `${hot.name.slice(0, 22).padEnd(22)}  ${hot.source}`.trimEnd()
      ),
    ]),
  ]).join("\n");
}
