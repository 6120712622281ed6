/** How long a run is to take, and how many messages that makes for each cell. */
import { LEAST_MESSAGES } from "../../bench/process/budget.ts";
import type { Params } from "../../strategies/strategy.ts";

/** A producer takes up to 0.25 µs to be released and to close: a run of its many messages is to be long beside that. */
const PRODUCER_US = 1.5;

/** What a run is to take, µs. */
export function runTimeUs(runTimeMs: number, producers: number): number {
  return runTimeMs * 1_000 + PRODUCER_US * producers;
}

/** Added to log₂ before it is rounded: a run that is too short is mostly fixed cost, one that is too long only takes time. */
const RATHER_LONG = 0.25;

/** What of a cell decides with which others it has its number in common. */
interface Sized {
  subject: string;
  params: Params;
  producers: number;
  workers: number;
  messageBytes: number;
  leastBytes: number;
  workUs: number;
  /** The most messages of a producer that it may have. */
  mostMessages: number;
}

/** Strategies whose rates differ by less (log₂) may turn out to be alike: they get the same number. */
const ALIKE = 0.5;

/**
 * Messages of a producer for each cell: a power of two, the same for all runtimes of a strategy, and the same for
 * strategies of about one speed. Runs of different length carry different shares of their fixed cost, which would
 * look like a difference of some percent between two that have none, such as a strategy and its copy.
 * @param fitting of each cell whose pilot had a good run, so many that a run of it takes the wanted time
 */
export function chosenMessages<Cell extends Sized>(
  cells: readonly Cell[],
  fitting: ReadonlyMap<Cell, number>,
): Map<Cell, number> {
  const chosen = new Map<Cell, number>();
  for (const same of Map.groupBy(cells, placeOf).values()) {
    const strategies = [...Map.groupBy(same, subjectOf).values()]
      .map((own) => ({ own, power: meanPower(own, fitting) }))
      .sort((a, b) => a.power - b.power);
    let first = -Infinity;
    let alike: typeof strategies = [];
    const take = () => {
      const power = alike.reduce((sum, one) => sum + one.power, 0) / alike.length;
      const rounded = Math.max(LEAST_MESSAGES, 2 ** Math.round(power + RATHER_LONG));
      const all = alike.flatMap(({ own }) => own);
      const messages = Math.min(rounded, ...all.map(({ mostMessages }) => mostMessages));
      for (const cell of all) chosen.set(cell, messages);
    };
    for (const one of strategies) {
      if (one.power - first >= ALIKE) {
        take();
        [first, alike] = [one.power, []];
      }
      alike.push(one);
    }
    take();
  }
  return chosen;
}

/** Cells that may be compared. */
function placeOf({ producers, workers, messageBytes, leastBytes, workUs }: Sized): string {
  return JSON.stringify([producers, workers, messageBytes, leastBytes, workUs]);
}

function subjectOf({ subject, params }: Sized): string {
  return JSON.stringify([subject, params]);
}

/** log₂ of what the cells of a strategy ask for, in the mean of those that do. */
function meanPower(cells: readonly Sized[], fitting: ReadonlyMap<Sized, number>): number {
  const powers = cells.flatMap((cell) => fitting.has(cell) ? [Math.log2(fitting.get(cell)!)] : []);
  if (powers.length === 0) return Math.log2(LEAST_MESSAGES);
  return powers.reduce((sum, power) => sum + power, 0) / powers.length;
}
