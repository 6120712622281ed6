/** Compares two results: what has become slower or faster, and whether the data can show it. */
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { plainText } from "./cli/plain_text.ts";
import { digits } from "./cli/units.js";
import { percentage } from "./cli/values.ts";
import { baselineTable, differenceLines } from "./report/baseline_table.ts";
import { painter } from "./cli/paint.ts";
import { terminalTable } from "./report/table.ts";
import { CAUTION } from "./report/verdicts.ts";
import { CONFOUNDING } from "./session/option_table.ts";
import { type CellChange, compareToBaseline } from "./statistics/against_baseline.ts";
import { compareWithin } from "./statistics/within_run.ts";
import { readBaseline } from "./results/baselines.ts";
import { recordedNumber } from "./results/environment.ts";
import { environmentDifferences } from "./results/environment_differences.ts";

const MORE = `
A and B are results folders, or names given to "bench --save". Times are B / A: above 1 is slower now.
With --between, give A alone: it compares two runtimes or two strategies of that session, by rounds.

Examples:
  npm run compare -- before now --fail-on-regression 10%
  npm run bench -- --runtimes old=deno:/path/deno,new=deno --out both
  npm run compare -- both --between old,new --fail-on-regression 10%

Exit codes: 0 no regression, 1 not comparable or a cell without a figure in B,
2 bad usage; with --fail-on-regression also 3 regression, 4 undecided: some cell
is neither slower by so much nor shown to be within it.`;

await runMain("compare", () => {
  const program = command("compare", "Compare two results cell by cell: ratio, interval, verdict.")
    .argument("<A>", "before")
    .argument("[B]", "after")
    .option("--between <X,Y>", "compare two runtimes, or two strategies, within A")
    .option(
      "--fail-on-regression <percent>",
      "end with 3 if a cell has become slower by this much or more, and with 4 where the data cannot say",
      percentage,
    )
    .option("--allow-different-environments", "give verdicts although the machines differ")
    .addHelpText("after", MORE)
    .parse(process.argv);
  const { between, failOnRegression, allowDifferentEnvironments } = program.opts();
  if ((program.args.length === 2) === (between !== undefined)) {
    throw new UsageError("give two results, or one and --between X,Y");
  }
  const [before, after] = program.args.map(readBaseline);
  const cells = between === undefined
    ? betweenRuns(before, after, allowDifferentEnvironments)
    : withinRun(before, between);
  if (cells === null) return Promise.resolve(EXIT.failed);
  return Promise.resolve(
    failOnRegression === undefined
      ? cells.some(hasLostItsFigure) ? EXIT.failed : EXIT.ok
      : verdictOf(cells, 1 + failOnRegression / 100),
  );
});

function print(line = ""): void {
  console.log(line);
}

type Results = ReturnType<typeof readBaseline>;

/** Returns null if the two cannot be compared, after it has printed why. */
function betweenRuns(before: Results, after: Results, anywhere: boolean): CellChange[] | null {
  const paint = painter(process.stdout);
  const differences = environmentDifferences(
    before.environment,
    after.environment,
    CONFOUNDING,
  );
  // Two sessions always differ in their time.
  const differ = differences.some(({ field }) => field !== "session" && !/^notes\b/.test(field));
  if (differ) print(paint("bold", "the environments differ"));
  for (const line of differenceLines(differences)) print(line);
  const confounded = differences.filter(({ confounds }) => confounds);
  if (confounded.length > 0 && !anywhere) {
    console.error(
      `compare: the two were not measured under the same conditions (${
        confounded.map(({ field }) => field).join(", ")
      }), so a difference would have more than one possible cause; --allow-different-environments compares them anyway`,
    );
    return null;
  }

  const sameWithin = recordedNumber(after.environment, "sameWithin");
  const comparison = compareToBaseline(before.samples, after.samples, sameWithin);
  if (comparison.cells.length === 0) {
    console.error(
      "compare: the two have no cell in common; run the second with the first's options",
    );
    return null;
  }
  print(terminalTable(baselineTable(comparison.cells), paint));
  print();
  if (comparison.added > 0) print(`${comparison.added} cells are in the second alone`);
  print(
    "Two sessions at different times: the machine itself may have changed in between. " + CAUTION,
  );
  return comparison.cells;
}

/** @param between two labels, separated by a comma. @throws {UsageError} if the session has no such pair */
function withinRun({ samples, environment }: Results, between: string): CellChange[] {
  const [before, after, ...more] = between.split(",").map((name) => name.trim());
  const sameWithin = recordedNumber(environment, "sameWithin");
  const cells = after === undefined || more.length > 0
    ? []
    : compareWithin(samples, before, after, sameWithin);
  if (cells.length === 0) {
    throw new UsageError(
      `--between ${between}: the session has no two of these names that it compares`,
    );
  }
  print(terminalTable(baselineTable(cells), painter(process.stdout)));
  print();
  print(`From ${before} to ${after}, measured in turn; ratios of times, over every P. ` + CAUTION);
  return cells;
}

/**
 * Whether a cell exists but was not measured: it failed, or has become so slow that it is skipped. A cell that may drop
 * never had a figure.
 */
function hasLostItsFigure({ status }: CellChange): boolean {
  return status !== "ok" && status !== "dropped";
}

/** The exit code for a CI: the worst that is true of any cell. */
function verdictOf(cells: readonly CellChange[], limit: number): number {
  const slower = cells.filter(({ change, estimate }) =>
    change === "slower" && estimate!.ratio >= limit
  );
  for (const cell of slower) print(`regression: ${said(cell)}`);
  const gone = cells.filter(hasLostItsFigure);
  for (const cell of gone) print(`no figure any more: ${named(cell)}, ${plainText(cell.status)}`);
  // These cells are neither slower by so much nor shown to be within the limit.
  const unknown = cells.filter((cell) =>
    cell.estimate === null
      ? cell.change === "undecided"
      : !slower.includes(cell) && cell.estimate.high >= limit
  );
  for (const cell of unknown) {
    print(
      `undecided: ${cell.estimate === null ? `${named(cell)} has too few processes` : said(cell)}`,
    );
  }
  if (slower.length > 0) return EXIT.regression;
  if (gone.length > 0) return EXIT.failed;
  return unknown.length > 0 ? EXIT.undecided : EXIT.ok;
}

function said(cell: CellChange): string {
  const { ratio, low, high } = cell.estimate!;
  return `${named(cell)} takes ${digits(ratio)} (${digits(low)}–${digits(high)}) times as long`;
}

function named({ runtime, label, producers }: CellChange): string {
  const where = producers === null ? "over every P" : `at ${producers} producers`;
  return plainText(`${runtime} ${label} ${where}`);
}
