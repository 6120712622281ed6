/** Writes the files of a report into the folder that contains the results. */
import { join } from "node:path";
import { readBacklog } from "../results/backlog_file.ts";
import type { Sample } from "../results/columns.ts";
import { replaceFile } from "../results/replace_file.ts";
import { backlogSettings } from "./backlog_series.ts";
import { backlogSvg } from "./backlog_svg.ts";
import { chartData } from "./chart_data.ts";
import { chartSvg } from "./chart_svg.ts";
import type { Conclusion } from "./conclusions.ts";
import { curvesOf, curveSvg } from "./curve_svg.ts";
import { latencySvg } from "./latency_svg.ts";
import { reportMarkdown } from "./markdown.ts";
import { reportPage } from "./page.ts";
import { rankingSvg } from "./ranking_svg.ts";

/**
 * Writes report.md and report.html; ranking.svg and chart.svg where something was measured at full load; latency.svg
 * where something was measured in an open loop, curve.svg where that was at several rates, and backlog.svg where
 * backlog.csv says what piled up. The files of an earlier report are replaced.
 * @param environment as environment.json has it: one environment, or the array of joined results
 * @throws {UsageError} where the samples hold no finished round, or backlog.csv is no such table
 */
export function writeReport(
  folderPath: string,
  samples: readonly Sample[],
  environment: unknown,
  conclusions: readonly Conclusion[],
): void {
  const data = chartData(samples);
  const hasThroughput = data.settings.length > 0;
  const hasLatency = conclusions.some(({ isOpenLoop }) => isOpenLoop);
  const backlogs = hasLatency ? backlogSettings(conclusions, readBacklog(folderPath)) : [];
  const curves = curvesOf(conclusions);
  const pictures: Record<string, string> = {
    ...(hasThroughput
      ? { "ranking.svg": rankingSvg(conclusions), "chart.svg": chartSvg(data) }
      : {}),
    ...(hasLatency ? { "latency.svg": latencySvg(conclusions) } : {}),
    ...(curves.length > 0 ? { "curve.svg": curveSvg(curves) } : {}),
    ...(backlogs.length > 0 ? { "backlog.svg": backlogSvg(backlogs) } : {}),
  };
  const texts = {
    ...pictures,
    "report.md": reportMarkdown(data, environment, conclusions, Object.keys(pictures)),
    "report.html": reportPage(data, environment, conclusions, curves),
  };
  for (const [name, text] of Object.entries(texts)) replaceFile(join(folderPath, name), text);
}
