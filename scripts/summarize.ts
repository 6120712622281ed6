/**
 * Recomputes everything that is not measured from the rows of one folder, or joins several folders: summary, verdicts,
 * report and tables.
 */
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { printReport } from "./report/bench_report.ts";
import { publish } from "./report/publish.ts";
import { joinFolders, ResultsFolder } from "./results/folder.ts";
import { lockFolder } from "./results/lock.ts";

await runMain("summarize", async () => {
  const program = command(
    "summarize",
    "Recompute summary, verdicts, charts and pages from samples.csv, and print the tables.",
  )
    .argument("<folders...>", "a results folder, or several to join into a new one")
    .option("--out <folder>", "where joined results go (default: results/joined-<UTC time>)")
    .parse(process.argv);
  const { out } = program.opts<{ out?: string }>();
  if (program.args.length === 1 && out !== undefined) {
    throw new UsageError("--out is for several folders; one is summarized where it is");
  }
  const path = program.args.length === 1
    ? program.args[0]
    : joinFolders(program.args, out ?? null).path;
  ResultsFolder.recover(path);
  const unlock = lockFolder(path);
  try {
    printReport(await publish(ResultsFolder.reopen(path), ResultsFolder.readEnvironment(path)));
    return EXIT.ok;
  } finally {
    unlock();
  }
});
