/**
 * Why one strategy beats another: the way from the slowest to the fastest, one change at a time. All steps are
 * measured in one run, interleaved.
 */
import { runMain } from "./command.ts";
import { compare } from "./launch/comparison.ts";
import { BRANCHES, MAIN_WAY, printWaterfall } from "./print/waterfall.ts";

await runMain("explain", () =>
  compare("explain", printWaterfall, {
    description: "Show which change makes a strategy faster, from the slowest to the fastest.",
    strategies: [...MAIN_WAY, ...BRANCHES].map(({ subject }) => subject).join(","),
    producers: [512],
    rounds: 5,
    budgetMs: null,
  }));
