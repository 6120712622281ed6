/** Everything that is made from a folder's rows, and remade whenever they have changed. */
import type { Sample, Summary } from "../results/columns.ts";
import { recordedNumber } from "../results/environment.ts";
import { ResultsFolder } from "../results/folder.ts";
import { comparePairs, type PairComparison } from "../statistics/pairs.ts";
import { pairRows } from "../statistics/pair_rows.ts";
import { summarize } from "../statistics/summary.ts";
import { summaryPage } from "./summary_page.ts";
import { type Conclusion, conclusionsOf } from "./conclusions.ts";

/** What a folder's rows show, computed once for everything that prints it. */
export interface Published {
  folder: string;
  samples: readonly Sample[];
  summary: Summary[];
  pairs: PairComparison[];
  conclusions: Conclusion[];
}

/** @param environment as in environment.json; null: no charts and no report */
export async function publish(
  folder: ResultsFolder,
  environment: unknown | null,
): Promise<Published> {
  const { samples } = folder;
  const summary = summarize(samples);
  // This comes first, because it reports an error where the folder is gone.
  folder.writeSummary(summary);
  const sameWithin = recordedNumber(ResultsFolder.readEnvironment(folder.path), "sameWithin");
  const pairs = comparePairs(samples, summary, sameWithin);
  const conclusions = conclusionsOf(summary, pairs, samples);
  folder.writePairs(pairRows(pairs));
  folder.write("summary.md", summaryPage(summary, pairs, conclusions, samples));
  if (environment !== null && samples.some(({ round }) => round! > 0)) {
    // Loading the charts' library takes longer than many a command that draws none.
    const { writeReport } = await import("./write_report.ts");
    writeReport(folder.path, samples, environment, conclusions);
  }
  return { folder: folder.path, samples, summary, pairs, conclusions };
}

/** What a measuring command does with its folder at the end: makes the files, then prints. */
export function publishing(
  print: (published: Published) => void,
): (folder: ResultsFolder, environment: unknown | null) => Promise<void> {
  return async (folder, environment) => print(await publish(folder, environment));
}
