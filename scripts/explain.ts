/**
 * Why one strategy beats another: the way from the slowest to the fastest, one change at a time. All steps are
 * measured in one run, interleaved.
 */
import { runMain } from "./command.ts";
import { runComparison } from "./launch/comparison.ts";
import { readOptions } from "./launch/options.ts";
import { makePlan } from "./launch/plan.ts";
import { findRuntimes } from "./launch/runtimes.ts";
import { printPlan } from "./print/lists.ts";
import { BRANCHES, MAIN_WAY, printWaterfall } from "./print/waterfall.ts";

await runMain("explain", async () => {
  const options = readOptions("explain", process.argv, {
    description: "Show which change makes a strategy faster, from the slowest to the fastest.",
    strategies: [...MAIN_WAY, ...BRANCHES].map(({ subject }) => subject).join(","),
    producers: [512],
    rounds: 5,
  });
  const { runtimes, missing } = findRuntimes(options.runtimes);
  const plan = makePlan(options, runtimes);
  const notes = [...missing.map((line) => `${line}; left out`), ...plan.notes];
  for (const note of notes) console.error(`explain: ${note}`);
  if (options.dryRun) return printPlan(plan, options);

  return await runComparison(options, plan, runtimes, notes, printWaterfall);
});
