/** Everything that is made from a folder's rows, and made anew whenever they have changed. */
import type { Summary } from "../results/columns.ts";
import type { ResultsFolder } from "../results/folder.ts";
import { comparePairs } from "../results/pairs.ts";
import { summaryPage } from "./summary_page.ts";
import { headlines } from "./verdicts.ts";

/** @param environment as environment.json has it; null: no charts and no report */
export async function publish(
  folder: ResultsFolder,
  environment: unknown | null,
): Promise<Summary[]> {
  const summary = folder.writeSummary();
  const pairs = comparePairs(folder.samples, summary);
  folder.write("summary.md", summaryPage(summary, pairs));
  if (environment !== null && folder.samples.some(({ round }) => round! > 0)) {
    // Loading the charts' library takes longer than many a command that draws none.
    const { writeReport } = await import("../report/write_report.ts");
    writeReport(folder.path, folder.samples, environment, headlines(pairs));
  }
  return summary;
}
