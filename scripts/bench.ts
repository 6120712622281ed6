/** The main job: run the suite under every runtime, verify, merge, compare. */
import { runMain } from "./command.ts";
import { runComparison } from "./launch/comparison.ts";
import { readOptions } from "./launch/options.ts";
import { makePlan } from "./launch/plan.ts";
import { findRuntimes } from "./launch/runtimes.ts";
import { printPlan, printSubjects } from "./print/lists.ts";
import { printReport } from "./print/report.ts";

await runMain("bench", async () => {
  const options = readOptions("bench", process.argv);
  if (options.list) return printSubjects();

  const { runtimes, missing } = findRuntimes(options.runtimes);
  const plan = makePlan(options, runtimes);
  const notes = [...missing.map((line) => `${line}; left out`), ...plan.notes];
  for (const note of notes) console.error(`bench: ${note}`);
  if (options.dryRun) return printPlan(plan, options);

  return await runComparison(options, plan, runtimes, notes, printReport);
});
