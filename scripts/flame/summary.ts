/** Prints the profile on the terminal: where each thread spent most of its time. */
import { counted } from "./description.ts";
import { hottest } from "./flame_tree.ts";
import type { LabelledCell } from "./output.ts";
import { percent } from "./page.ts";

const ROWS = 5;

/** Shares of samples, never times, since a profiled run is not a measurement. */
export function profileSummary(cells: readonly LabelledCell[]): string {
  return cells.flatMap(({ label, runs, threads }) => [
    "",
    `${label} (${counted(runs, "run")} sampled)`,
    ...threads.flatMap(({ name, profile }) => [
      ` ${name}, ${counted(profile.samples.length, "sample")}`,
      ...hottest(profile, ROWS).map((hot) =>
        `  ${percent(hot.share).padStart(7)}  ${hot.category.padEnd(8)}  ` +
        `${hot.name.slice(0, 22).padEnd(22)}  ${hot.source}`.trimEnd()
      ),
    ]),
  ]).join("\n");
}
