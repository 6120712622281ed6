/** The four files of a report, into the folder that holds the results. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "../results/columns.ts";
import { chartData } from "./chart_data.ts";
import { chartSvg } from "./chart_svg.ts";
import { reportMarkdown } from "./markdown.ts";
import { reportPage } from "./page.ts";
import { runtimesSvg } from "./runtimes_svg.ts";

export const REPORT_FILES = ["chart.svg", "runtimes.svg", "report.md", "report.html"] as const;

/**
 * Writes REPORT_FILES; those of an earlier report are replaced.
 * @param environment as environment.json has it: one environment, or the array of joined results
 * @param verdicts lines of plain text
 * @throws {UsageError} where the samples hold no finished round
 */
export function writeReport(
  folderPath: string,
  samples: readonly Sample[],
  environment: unknown,
  verdicts: readonly string[],
): void {
  const data = chartData(samples);
  const texts: Record<(typeof REPORT_FILES)[number], string> = {
    "chart.svg": chartSvg(data),
    "runtimes.svg": runtimesSvg(data),
    "report.md": reportMarkdown(data, environment, verdicts),
    "report.html": reportPage(data, environment, verdicts),
  };
  for (const name of REPORT_FILES) {
    const path = join(folderPath, name);
    // Readers see the old file or the new one, never half of one.
    writeFileSync(`${path}.new`, texts[name]);
    renameSync(`${path}.new`, path);
  }
}
