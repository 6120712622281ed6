/** What `--list` and `--dry-run` print. */
import { SUBJECTS } from "../../bench/subjects/registry.ts";
import { EXIT } from "../cli/command.ts";
import type { BenchOptions } from "./bench_options.ts";
import { identityOf } from "../results/cell_key.ts";
import { type Cell, roundOrder } from "../results/plan.ts";
import { messagesTitle } from "../results/labels.ts";
import { loadTitle } from "../results/load.ts";
import { subjectLabel } from "../results/subjects.ts";
import { duration } from "../cli/units.js";

export function printSubjects(): number {
  for (const { name, kind, summary, params } of SUBJECTS) {
    console.log(`${name.padEnd(17)} ${kind.padEnd(9)} ${summary}`);
    for (const [key, spec] of Object.entries(params)) {
      const values = "choices" in spec ? spec.choices.join("|") : `${spec.min}..${spec.max}`;
      console.log(`  ${key}=${values} (default ${spec.default}): ${spec.help}`);
    }
  }
  return EXIT.ok;
}

export function printPlan(cells: readonly Cell[], options: BenchOptions): number {
  const runnable = cells.filter((cell) => cell.skip === null);
  console.log(
    `${runnable.length} cells × ${
      options.budgetMs === null ? "" : "at least "
    }${options.rounds} rounds = ${runnable.length * options.rounds} processes, ` +
      `after a pilot that predicts how long they take` +
      (options.budgetMs === null ? "" : `; then more until ${duration(options.budgetMs)} are over`),
  );
  console.log("first round, in the order of seed " + options.seed + ":");
  for (const cell of roundOrder(runnable, options.seed, 1)) {
    const { runtime, producers, workers, messages, runLength } = cell;
    const kind = messagesTitle(identityOf(cell));
    const length = cell.load !== null
      ? `${kind} at ${loadTitle(cell.load)} for ${runLength}`
      : messages === null
      ? `runs of ${runLength} with ${kind}`
      : `${messages} ${kind} each`;
    console.log(
      `  ${runtime.label} ${runtime.version}  ${subjectLabel(cell.subject, cell.params)}  ` +
        `${producers} producers on ${workers} Workers, ${length}`,
    );
  }
  for (const cell of cells.filter(({ skip }) => skip !== null)) {
    console.log(
      `  skipped: ${cell.runtime.label} ${subjectLabel(cell.subject, cell.params)}: ${cell.skip}`,
    );
  }
  return EXIT.ok;
}
