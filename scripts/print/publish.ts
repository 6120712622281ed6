/** Everything that is made from a folder's rows, and made anew whenever they have changed. */
import type { Summary } from "../results/columns.ts";
import type { ResultsFolder } from "../results/folder.ts";
import { summaryPage } from "./summary_page.ts";

export function publish(folder: ResultsFolder): Summary[] {
  const summary = folder.writeSummary();
  folder.write("summary.md", summaryPage(summary, folder.samples));
  return summary;
}
