/**
 * Shows what this machine can measure: its properties, how noisy it is, and how long it takes to show a difference of a
 * given size.
 */
import { refuse, runMain } from "./cli/command.ts";
import { runComparison } from "./session/comparison.ts";
import { machineState } from "./processes/machine_state.ts";
import { readOptions } from "./session/options.ts";
import { makePlan } from "./results/plan.ts";
import { findRuntimes } from "./processes/runtimes.ts";
import { publishing } from "./report/publish.ts";
import { machineLines, printDoctor, TWIN } from "./report/doctor_report.ts";
import { printPlan, printSubjects } from "./session/lists.ts";
import { describeEnvironment } from "./results/environment.ts";

await runMain("doctor", async () => {
  const options = readOptions("doctor", process.argv, {
    description:
      "Describe the machine and measure cells against themselves: what difference can it show?",
    strategies: "swap-buffer",
    producers: [256],
    rounds: 8,
    budgetMs: null,
  });
  if (options.list) return printSubjects();
  const asQuick = options.preset === "quick" ? ", as --quick has," : "";
  refuse(
    options.clients.length > 0 &&
      "doctor compares runtimes with themselves: leave --client to bench",
    options.rounds < 2 && `one round${asQuick} shows no noise: add --rounds 8, or more`,
  );
  const { runtimes, missing } = findRuntimes(options.runtimes);
  for (const line of missing) console.error(`doctor: ${line}; left out`);
  const { machine } = describeEnvironment("", {}, runtimes);
  for (const line of machineLines(machine, machineState(), runtimes)) console.log(line);
  const twins = runtimes.map((runtime) => ({ ...runtime, label: runtime.label + TWIN }));
  const cells = makePlan(options, [...runtimes, ...twins]);
  if (options.dryRun) return printPlan(cells, options);
  return await runComparison({
    command: "doctor",
    options,
    cells,
    runtimes: [...runtimes, ...twins],
    notes: missing,
    finish: publishing(printDoctor),
  });
});
