/** Pictures and pages from a results folder: charts, tables in Markdown, and a page to explore it with. */
import { join } from "node:path";
import { command, EXIT, runMain, UsageError } from "./command.ts";
import { headlines } from "./print/verdicts.ts";
import { REPORT_FILES, writeReport } from "./report/write_report.ts";
import { ResultsFolder } from "./results/folder.ts";
import { comparePairs } from "./results/pairs.ts";

await runMain("report", () => {
  const program = command(
    "report",
    `Write ${REPORT_FILES.join(", ")} into a results folder, from its samples.`,
  ).argument("<folder>", "a results folder").parse(process.argv);
  const [folder] = program.args;
  const environment = ResultsFolder.readEnvironment(folder);
  // A run that was killed, or that still goes on, may have left half a row.
  const { samples } = ResultsFolder.recover(folder);
  try {
    writeReport(folder, samples, environment, headlines(comparePairs(samples)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`cannot write to ${folder} (${code}); give a folder that can be written`);
  }
  for (const name of REPORT_FILES) console.log(join(folder, name));
  return Promise.resolve(EXIT.ok);
});
