/** What differences the machine can show, from cells that were measured against themselves. */
import { STRATEGIES } from "../../strategies/registry.ts";
import type { Published } from "./publish.ts";
import type { MachineState } from "../processes/machine_state.ts";
import type { Runtime } from "../processes/runtimes.ts";
import type { Environment } from "../results/environment.ts";
import type { RatioEstimate } from "../statistics/inference.ts";
import { studentQuantile } from "../statistics/inference.ts";
import { VERDICT_ROUNDS } from "../statistics/call.ts";
import type { PairComparison } from "../statistics/pairs.ts";
import { median } from "../statistics/order.ts";
import { terminalTable } from "./table.ts";
import { applying } from "../cli/applying.ts";
import { digits, duration } from "../cli/units.js";
import { painter } from "../cli/paint.ts";
import { CAUTION } from "./verdicts.ts";

/** Added to the label of a runtime to name the second of two equal cells. */
export const TWIN = "#twin";
const DIFFERENCES = [0.02, 0.05, 0.1, 0.2];
/** Rounds are planned for this chance of finding a difference that is there: z of 80 %. */
const POWER_Z = 0.84;
const BUSY = 0.5;

/** What is known before anything is measured. */
export function machineLines(
  { cpu, cores, os, kernel, arch, governor }: Environment["machine"],
  state: MachineState,
  runtimes: readonly Runtime[],
): string[] {
  const share = state.load / state.cores;
  return applying(
    `${cpu}, ${cores} cores for this process; ${os} ${kernel} ${arch}`,
    `frequency governor: ${governor ?? "not told (none, or hidden by a hypervisor)"}`,
    state.virtualized === null
      ? "virtual machine: not told"
      : state.virtualized
      ? "virtual machine: yes; its neighbours can slow it, and no counter shows when they did"
      : "virtual machine: no",
    `load of the last minute: ${digits(state.load)}` +
      (share > BUSY ? `, too much: something else is using the cores, end it first` : ""),
    cores < 4 &&
      `${cores} cores: Workers, consumer and listener share them in every cell with W ≥ ${
        Math.max(1, cores - 1)
      }`,
    ...runtimes.map(({ label, version, path, source }) =>
      `${label} ${version} (${source}): ${path}`
    ),
  );
}

export function printDoctor({ samples, pairs: all, folder }: Published): void {
  const paint = painter(process.stdout);
  const print = (line = "") => process.stdout.write(line + "\n");
  const pairs = all.filter(isTwins);
  const processMs = median(samples.filter(({ run }) => run === 1).map((run) => run.process_ms!));
  const singles = pairs.flatMap(({ cells }) => cells).flatMap(({ estimate }) => estimate ?? []);
  print();
  print(paint("bold", "every cell against itself") + " (A/A: whatever differs here is noise)");
  const compared = pairs.flatMap((pair) => {
    const { on, first, pooled } = pair;
    if (pooled === null) return [];
    return [[
      first.replace(TWIN, ""),
      on,
      `${digits(pooled.ratio)} (${digits(pooled.low)}–${digits(pooled.high)})`,
      pair.decision!.call,
      `±${digits(100 * (Math.exp(deviation(pooled)) - 1))} %`,
    ]];
  });
  const head = ["runtime", "strategy", "ratio (95 %)", "verdict", "noise"];
  print(terminalTable({ head, words: [0, 1, 3], rows: compared }, paint));
  const called = singles.filter(({ low, high }) => low > 1 || high < 1).length;
  print(
    `${called} of ${singles.length} single cells have an interval without 1; about ${
      digits(singles.length * 0.05)
    } are to be expected by chance`,
  );
  const noise = median(singles.map(deviation));
  if (!Number.isFinite(noise)) {
    print(
      "nothing to tell noise by: give --rounds 8 or more, and more --producers if cells are mostly fixed cost",
    );
    return;
  }
  print();
  print(
    paint("bold", "which differences can be seen here") +
      " (one cell against another, 4 times in 5)",
  );
  const names = new Set(samples.map(({ runtime }) => runtime!.replace(TWIN, "")));
  const comparisons = comparisonsOf(names.size);
  const plan = DIFFERENCES.map((difference) => {
    const rounds = roundsFor(difference, noise);
    return [
      `${difference * 100} %`,
      String(rounds),
      duration(rounds * 2 * processMs),
      String(roundsFor(difference, noise, comparisons)),
    ];
  });
  const planHead = ["difference", "rounds", "time for a pair", `rounds among ${comparisons} pairs`];
  print(terminalTable({ head: planHead, words: [], rows: plan }, paint));
  print();
  print(CAUTION);
  print(`results: ${folder}`);
}

function isTwins({ family, first, second }: PairComparison): boolean {
  return family === "runtimes" && first.replace(TWIN, "") === second.replace(TWIN, "");
}

/** Standard deviation of one log-ratio, computed from the interval of their mean. */
export function deviation({ ratio, high, n }: RatioEstimate): number {
  return (Math.log(high / ratio) / studentQuantile(0.95, n - 1)) * Math.sqrt(n);
}

/**
 * Number of pairs in a session with all strategies: of strategies under each runtime, and of runtimes on each strategy.
 */
function comparisonsOf(runtimes: number): number {
  const strategies = STRATEGIES.flatMap(({ variants }) => variants).length;
  return runtimes * pairsAmong(strategies) + strategies * pairsAmong(runtimes);
}

function pairsAmong(count: number): number {
  return count * (count - 1) / 2;
}

/**
 * Rounds after which a difference is found four times out of five, at the 5 % level of all comparisons together
 * (Bonferroni, as in the verdicts).
 */
export function roundsFor(difference: number, deviation: number, comparisons = 1): number {
  let rounds = VERDICT_ROUNDS;
  const shift = Math.log(1 + difference);
  const needed = (n: number) =>
    (studentQuantile(1 - 0.05 / comparisons, n - 1) + POWER_Z) * deviation / Math.sqrt(n);
  while (needed(rounds) > shift && rounds < 100_000) rounds = Math.ceil(rounds * 1.05);
  return rounds;
}
