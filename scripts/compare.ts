/** Two results against each other: what has become slower or faster since, and whether that can be told. */
import { command, EXIT, runMain } from "./cli/command.ts";
import { digits } from "./cli/units.js";
import { percentage } from "./cli/values.ts";
import { baselineTable, differenceLines } from "./report/baseline_table.ts";
import { painter } from "./cli/paint.ts";
import { terminalTable } from "./report/table.ts";
import { CAUTION } from "./report/verdicts.ts";
import { CONFOUNDING } from "./session/option_table.ts";
import {
  type BaselineComparison,
  type CellChange,
  compareToBaseline,
} from "./statistics/against_baseline.ts";
import { readBaseline } from "./results/baselines.ts";
import { environmentDifferences } from "./results/environment_differences.ts";

const MORE = `
A and B are results folders, or names given to "bench --save". Times are B / A: above 1 is slower now.
Exit codes: 0 no regression, 1 not comparable or a cell without a figure in B,
2 bad usage; with --fail-on-regression also 3 regression, 4 undecided: some cell
is neither slower by so much nor shown to be within it.`;

await runMain("compare", () => {
  const program = command("compare", "Compare two results cell by cell: ratio, interval, verdict.")
    .argument("<A>", "before")
    .argument("<B>", "after")
    .option(
      "--fail-on-regression <percent>",
      "end with 3 if a cell is told to be slower by so much or more, and with 4 if that cannot be told",
      percentage,
    )
    .option("--allow-different-environments", "call differences although the machines differ")
    .addHelpText("after", MORE)
    .parse(process.argv);
  const [before, after] = program.args.map(readBaseline);
  const { failOnRegression, allowDifferentEnvironments } = program.opts();
  const print = (line = "") => console.log(line);
  const paint = painter(process.stdout);

  const differences = environmentDifferences(
    before.environment,
    after.environment,
    CONFOUNDING,
  );
  // Two sessions always differ in when they were.
  const differ = differences.some(({ field }) => field !== "session" && !/^notes\b/.test(field));
  if (differ) print(paint("bold", "the environments differ"));
  for (const line of differenceLines(differences)) print(line);
  const confounded = differences.filter(({ confounds }) => confounds);
  if (confounded.length > 0 && !allowDifferentEnvironments) {
    console.error(
      `compare: the two were not measured under the same conditions (${
        confounded.map(({ field }) => field).join(", ")
      }), so a difference would have more than one possible cause; --allow-different-environments compares them anyway`,
    );
    return Promise.resolve(EXIT.failed);
  }

  const comparison = compareToBaseline(before.samples, after.samples);
  if (comparison.cells.length === 0) {
    console.error(
      "compare: the two have no cell in common; run the second with the first's options",
    );
    return Promise.resolve(EXIT.failed);
  }
  print(terminalTable(baselineTable(comparison), paint));
  print();
  if (comparison.unmatched > 0) print(`${comparison.unmatched} cells are in one of the two only`);
  print("Two runs at different times: the machine itself may have changed in between. " + CAUTION);

  return Promise.resolve(
    failOnRegression === undefined
      ? comparison.cells.some(hasLostItsFigure) ? EXIT.failed : EXIT.ok
      : verdictOf(comparison, 1 + failOnRegression / 100),
  );
});

/** A cell that is there and was not measured: it failed, or is so slow now that it is skipped. */
function hasLostItsFigure({ row }: CellChange): boolean {
  return row.status !== "ok";
}

/** What a CI is told: the worst that is true of any cell. */
function verdictOf({ cells }: BaselineComparison, limit: number): number {
  const slower = cells.filter(({ change, estimate }) =>
    change === "slower" && estimate!.ratio >= limit
  );
  for (const cell of slower) console.log(`regression: ${said(cell)}`);
  const gone = cells.filter(hasLostItsFigure);
  for (const { runtime, label, row } of gone) {
    console.log(
      `no figure any more: ${runtime} ${label} at ${row.producers} producers, ${row.status}`,
    );
  }
  // Neither slower by so much nor shown to be within it: nobody knows.
  const unknown = cells.filter((cell) =>
    cell.estimate !== null && !slower.includes(cell) && cell.estimate.high >= limit
  );
  for (const cell of unknown) console.log(`undecided: ${said(cell)}`);
  if (slower.length > 0) return EXIT.regression;
  if (gone.length > 0) return EXIT.failed;
  return unknown.length > 0 ? EXIT.undecided : EXIT.ok;
}

function said({ runtime, label, row, estimate }: CellChange): string {
  const { ratio, low, high } = estimate!;
  return `${runtime} ${label} at ${row.producers} producers takes ${digits(ratio)} (${
    digits(low)
  }–${digits(high)}) times as long`;
}
