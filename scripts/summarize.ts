/** Recomputes what is not measured, from a folder's raw samples: summary, verdicts, report and the tables. */
import { command, EXIT, runMain } from "./command.ts";
import { publish } from "./print/publish.ts";
import { printReport } from "./print/report.ts";
import { ResultsFolder } from "./results/folder.ts";
import { lockFolder } from "./results/lock.ts";

await runMain("summarize", async () => {
  const program = command(
    "summarize",
    "Recompute summary, verdicts and report from samples.csv, and print the tables.",
  ).argument("<folder>", "a results folder").parse(process.argv);
  const [path] = program.args;
  ResultsFolder.recover(path);
  const unlock = lockFolder(path);
  try {
    const folder = ResultsFolder.reopen(path);
    const summary = await publish(folder, ResultsFolder.readEnvironment(path));
    printReport({ summary, samples: folder.samples, folder: path, code: EXIT.ok });
    return EXIT.ok;
  } finally {
    unlock();
  }
});
