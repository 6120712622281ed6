/** Everything that a run prints on standard output when it is over. */
import type { Published } from "./publish.ts";
import type { Sample } from "../results/columns.ts";
import { groupBy } from "../statistics/group_by.ts";
import { labelOf, settingTitle } from "../results/labels.ts";
import { VERDICT_ROUNDS } from "../statistics/call.ts";
import { hasTooFewRounds } from "../statistics/pairs.ts";
import { closingLines } from "./closing.ts";
import { painter } from "../cli/paint.ts";
import { bySetting, postTable, runtimesTable } from "./result_tables.ts";
import { terminalTable } from "./table.ts";
import { CAUTION } from "./verdicts.ts";

export function printReport({ summary, pairs, samples, folder }: Published): void {
  const paint = painter(process.stdout);
  const print = (line = "") => process.stdout.write(line + "\n");
  for (const rows of bySetting(summary)) {
    for (const [runtime, ofRuntime] of groupBy(rows, (row) => row.runtime!)) {
      print();
      print(
        paint("bold", `${runtime} ${ofRuntime[0].runtime_version}`) + ` (${settingTitle(rows[0])})`,
      );
      print(terminalTable(postTable(ofRuntime), paint));
    }
    print();
    print(paint("bold", "runtimes side by side") + ` (${settingTitle(rows[0])})`);
    print(terminalTable(runtimesTable(rows, false), paint));
    print();
    const setting = settingTitle(rows[0]);
    for (const line of closingLines(rows, pairs.filter((pair) => pair.setting === setting))) {
      print(line);
    }
  }
  if (pairs.some(hasTooFewRounds)) {
    print();
    print(
      `a verdict takes ${VERDICT_ROUNDS} rounds: give --rounds ${VERDICT_ROUNDS}, a longer --budget, or fewer cells`,
    );
  }
  const failures = samples.filter(({ status }) => status !== "ok" && status !== "pilot");
  if (failures.length > 0) print();
  for (const line of failureLines(failures)) print(line);
  print();
  if (summary.some((row) => row.floor)) {
    print("~ mostly the fixed cost of a run (under 5 times empty): no ratio is drawn from it");
  }
  if (summary.some((row) => row.oversubscribed)) {
    print(
      "more threads than cores: Workers, consumer and listener share them (column oversubscribed)",
    );
  }
  print(CAUTION);
  print(`results: ${folder}`);
}

/** One line for each different failure of a cell. */
function failureLines(failures: readonly Sample[]): string[] {
  const key = (sample: Sample) =>
    `${sample.runtime} ${
      labelOf(sample)
    } at ${sample.producers} producers: ${sample.status}, ${sample.detail}`;
  return [...groupBy(failures, key)].map(([line, same]) =>
    same.length > 1 ? `${line} (${same.length} times)` : line
  );
}
