/** Recomputes what is not measured: summary.csv, summary.md and the tables, from a folder's raw samples. */
import { command, EXIT, runMain } from "./command.ts";
import { publish } from "./print/publish.ts";
import { printReport } from "./print/report.ts";
import { ResultsFolder } from "./results/folder.ts";
import { lockFolder } from "./results/lock.ts";

await runMain("summarize", () => {
  const program = command(
    "summarize",
    "Recompute summary.csv and summary.md from samples.csv, and print the tables.",
  ).argument("<folder>", "a results folder").parse(process.argv);
  const [path] = program.args;
  ResultsFolder.recover(path);
  const unlock = lockFolder(path);
  try {
    const folder = ResultsFolder.reopen(path);
    const summary = publish(folder);
    printReport({ summary, samples: folder.samples, folder: path, code: EXIT.ok });
    return Promise.resolve(EXIT.ok);
  } finally {
    unlock();
  }
});
