/** Joins result folders into one: rows of all, summary recomputed, environments side by side. */
import { command, EXIT, runMain, UsageError } from "./command.ts";
import { publish } from "./print/publish.ts";
import { printReport } from "./print/report.ts";
import { ResultsFolder, timestamp } from "./results/folder.ts";

await runMain("merge", async () => {
  const program = command("merge", "Join result folders into one and summarize them together.")
    .argument("<folders...>", "result folders")
    .option("--out <folder>", "where the joined results go (default: results/merged-<UTC time>)")
    .parse(process.argv);
  if (program.args.length < 2) {
    throw new UsageError("give at least two result folders; summarize reads a single one");
  }
  const sources = program.args.map((path) => ({ path, ...ResultsFolder.read(path) }));
  const seen = new Map<string, string>();
  for (const { path, samples } of sources) {
    for (const session of new Set(samples.map((sample) => sample.session!))) {
      const other = seen.get(session);
      if (other !== undefined) {
        throw new UsageError(
          `${path} and ${other} hold the same session ${session}; give each once`,
        );
      }
      seen.set(session, path);
    }
  }
  const out: string | undefined = program.opts().out;
  const folder = out === undefined
    ? ResultsFolder.createNamed(`merged-${timestamp()}`)
    : ResultsFolder.create(out);
  const environments = sources.flatMap(({ environment }) => environment);
  folder.writeEnvironment(environments);
  for (const { samples } of sources) folder.add(samples);
  const summary = await publish(folder, environments);
  printReport({ summary, samples: folder.samples, folder: folder.path, code: EXIT.ok });
  return EXIT.ok;
});
