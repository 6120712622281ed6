/** The four files of a report, into the folder that holds the results. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "../results/columns.ts";
import { chartData } from "./chart_data.ts";
import { chartSvg } from "./chart_svg.ts";
import type { Conclusion } from "./conclusions.ts";
import { reportMarkdown } from "./markdown.ts";
import { reportPage } from "./page.ts";
import { rankingSvg } from "./ranking_svg.ts";

export const REPORT_FILES = ["ranking.svg", "chart.svg", "report.md", "report.html"] as const;

/**
 * Writes REPORT_FILES; those of an earlier report are replaced.
 * @param environment as environment.json has it: one environment, or the array of joined results
 * @throws {UsageError} where the samples hold no finished round
 */
export function writeReport(
  folderPath: string,
  samples: readonly Sample[],
  environment: unknown,
  conclusions: readonly Conclusion[],
): void {
  const data = chartData(samples);
  const texts: Record<(typeof REPORT_FILES)[number], string> = {
    "ranking.svg": rankingSvg(conclusions),
    "chart.svg": chartSvg(data),
    "report.md": reportMarkdown(data, environment, conclusions),
    "report.html": reportPage(data, environment, conclusions),
  };
  for (const name of REPORT_FILES) {
    const path = join(folderPath, name);
    // Readers see the old file or the new one, never half of one.
    writeFileSync(`${path}.new`, texts[name]);
    renameSync(`${path}.new`, path);
  }
}
