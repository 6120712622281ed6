/** How long a run should take, and how many messages each cell needs for that. */
import { LEAST_MESSAGES } from "../../bench/process/budget.ts";
import type { Params } from "../../strategies/strategy.ts";

/**
 * A producer takes up to 0.25 µs to be released and to close, so a run of many producers must be long compared with
 * that.
 */
const PRODUCER_US = 1.5;

/** How long a run should take, µs. */
export function runTimeUs(runTimeMs: number, producers: number): number {
  return runTimeMs * 1_000 + PRODUCER_US * producers;
}

/**
 * Added to log₂ before rounding, because a run that is too short is mostly fixed cost, while one that is too long only
 * takes time.
 */
const RATHER_LONG = 0.25;

/** The properties of a cell that decide which other cells have the same number of messages. */
interface Sized {
  subject: string;
  params: Params;
  producers: number;
  workers: number;
  messageBytes: number;
  leastBytes: number;
  workUs: number;
  /** The most messages per producer that it may have. */
  mostMessages: number;
}

/**
 * Strategies whose rates differ by less than this (log₂) may turn out to be equally fast, so they get the same number.
 */
const ALIKE = 0.5;

/**
 * Messages per producer for each cell: a power of two, the same for all runtimes of a strategy, and the same for
 * strategies of about the same speed. Runs of different length contain different shares of fixed cost, which would look
 * like a difference of a few percent where there is none, such as between a strategy and its copy.
 * @param fitting for each cell whose pilot had a good run, the messages with which a run takes the wanted time
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

/** The same string for cells that may be compared. */
function placeOf({ producers, workers, messageBytes, leastBytes, workUs }: Sized): string {
  return JSON.stringify([producers, workers, messageBytes, leastBytes, workUs]);
}

function subjectOf({ subject, params }: Sized): string {
  return JSON.stringify([subject, params]);
}

/** log₂ of the messages that the cells of a strategy need, averaged over those cells for which it is known. */
function meanPower(cells: readonly Sized[], fitting: ReadonlyMap<Sized, number>): number {
  const powers = cells.flatMap((cell) => fitting.has(cell) ? [Math.log2(fitting.get(cell)!)] : []);
  if (powers.length === 0) return Math.log2(LEAST_MESSAGES);
  return powers.reduce((sum, power) => sum + power, 0) / powers.length;
}
