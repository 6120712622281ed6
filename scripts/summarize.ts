/** Recomputes what is not measured: summary.csv, summary.md and the tables, from a folder's raw samples. */
import { command, EXIT, runMain } from "./command.ts";
import { printReport } from "./print/report.ts";
import { summaryPage } from "./print/summary_page.ts";
import { ResultsFolder } from "./results/folder.ts";

await runMain("summarize", () => {
  const program = command(
    "summarize",
    "Recompute summary.csv and summary.md from samples.csv, and print the tables.",
  ).argument("<folder>", "a results folder").parse(process.argv);
  const folder = ResultsFolder.open(program.args[0]);
  const summary = folder.writeSummary(summaryPage);
  printReport({ summary, samples: folder.samples, folder: folder.path, code: EXIT.ok });
  return Promise.resolve(EXIT.ok);
});
