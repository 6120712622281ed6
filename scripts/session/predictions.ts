/**
 * Predicts what a cell's process will take, from its pilot, from smaller cells of its series, and from earlier rounds.
 */
import {
  LEAST_MESSAGES,
  PILOT_RUNS,
  predictedUs,
  predictedWarmUpUs,
} from "../../bench/process/budget.ts";
import type { Sample } from "../results/columns.ts";
import type { CellOutcome } from "../processes/cell_process.ts";
import { type Cell, seriesOf } from "../results/plan.ts";
import { timeOf } from "../results/samples.ts";
import { median } from "../statistics/order.ts";

interface Known {
  /** Within a run. */
  usPerMessage: number;
  /** What a cell takes apart from its runs. */
  overheadMs: number;
}

/** Two measured runs and a second pass. */
const LEAST_RUNS = 3;
/** A warm-up run and two measured runs. */
const OPEN_LOOP_RUNS = 3;
/** Used where nothing is known. */
const GUESS: Known = { usPerMessage: 1, overheadMs: 300 };

export class Predictions {
  readonly #timeoutMs: number;
  /** By everything except P, so that a cell learns from the smaller one before it. */
  readonly #known = new Map<string, Known>();
  readonly #measuredMs = new Map<Cell, number>();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  learn(cell: Cell, { events, wallMs }: CellOutcome): void {
    const runs = events.filter((event) => event.type === "run");
    if (runs.length === 0) return;
    this.#know(cell, runs[0].messages, runs.map(({ elapsedUs }) => elapsedUs), wallMs);
  }

  /** Learns the same from the rows of an earlier pilot. */
  recall(cell: Cell, rows: readonly Sample[]): void {
    const times = rows.flatMap((row) => timeOf(row) ?? []);
    if (times.length === 0) return;
    const { messages, process_ms } = rows[0];
    if (messages !== null && process_ms !== null) this.#know(cell, messages, times, process_ms);
  }

  correct(cell: Cell, wallMs: number): void {
    this.#measuredMs.set(cell, wallMs);
  }

  /** Why a cell is left out, or null where it is not: the least that it needs does not fit into the time limit. */
  reasonToSkip(cell: Cell): string | null {
    if (cell.load !== null && OPEN_LOOP_RUNS * openMs(cell) > this.#timeoutMs) {
      return `its messages are due for about ${
        Math.round(openMs(cell) / 1_000)
      } s a run, more than --timeout ${this.#timeoutMs / 1_000} allows`;
    }
    const known = this.#known.get(seriesOf(cell));
    if (known === undefined) return null;
    const runMs = this.#runUs(cell, known) / 1_000;
    const runs = cell.runTimeUs === null ? 1 : LEAST_RUNS;
    if (runs * runMs + known.overheadMs <= this.#timeoutMs) return null;
    return `one run would take about ${Math.round(runMs / 1_000)} s, more than --timeout ${
      this.#timeoutMs / 1_000
    }`;
  }

  /** What one round of these cells takes. */
  totalMs(cells: readonly Cell[]): number {
    const each = cells.reduce((sum, cell) => sum + this.#processMs(cell), 0);
    // What a process took for its warm-up is part of what was measured.
    const unmeasured = cells.filter((cell) => !this.#measuredMs.has(cell));
    const processes = Map.groupBy(unmeasured, seriesOf).values();
    return each +
      [...processes].reduce((sum, axis) => sum + warmUpsOf(axis) * warmUpMs(axis[0]), 0);
  }

  /** @param runsUs time of each of the pilot's runs */
  #know(cell: Cell, pilotMessages: number, runsUs: readonly number[], wallMs: number): void {
    const messages = cell.producers * pilotMessages;
    const before = this.#known.get(seriesOf(cell))?.overheadMs ?? Infinity;
    const elapsedUs = median(runsUs);
    const spentUs = runsUs.reduce((sum, us) => sum + us, 0);
    const overheadMs = wallMs - (spentUs + PILOT_RUNS * (cell.runTimeUs ?? 0)) / 1_000;
    this.#known.set(seriesOf(cell), {
      // Where nothing is sent, more producers do not take longer.
      usPerMessage: messages === 0 ? 0 : elapsedUs / messages,
      // The pilot of a slow cell contains more than its runs: it fills the hand-off and runs a second time, for
      // example.
      overheadMs: Math.min(before, Math.max(0, overheadMs)),
    });
  }

  #processMs(cell: Cell): number {
    const measured = this.#measuredMs.get(cell);
    if (measured !== undefined) return measured;
    const known = this.#known.get(seriesOf(cell)) ?? GUESS;
    if (cell.load !== null) return known.overheadMs + OPEN_LOOP_RUNS * openMs(cell);
    const runUs = this.#runUs(cell, known);
    return known.overheadMs + predictedUs(runUs, cell.runTimeUs, cell.measuredRuns) / 1_000;
  }

  #runUs(cell: Cell, known: Known): number {
    // What the pilot of another P says about the rate counts only where a run is longer than wanted.
    const least = cell.runTimeUs === null ? cell.messages! : LEAST_MESSAGES;
    return Math.max(cell.runTimeUs ?? 0, known.usPerMessage * cell.producers * least);
  }
}

/**
 * How often a process is expected to warm up: at each P that needs more Workers than all P before it, in a random
 * order.
 */
function warmUpsOf(axis: readonly Cell[]): number {
  const counts = axis.map(({ producers, workers }) => Math.min(producers, workers));
  return [...new Set(counts)].reduce((sum, own) => {
    const [same, atLeast] = [counts.filter((n) => n === own), counts.filter((n) => n >= own)];
    return sum + same.length / atLeast.length;
  }, 0);
}

function warmUpMs({ runTimeUs }: Cell): number {
  return predictedWarmUpUs(runTimeUs) / 1_000;
}

/** How long a run of an open loop takes: as long as was asked for, or until the last of the fewest messages is due. */
function openMs({ openMs, ratePerS, producers, messages }: Cell): number {
  if (ratePerS === null) return openMs;
  return Math.max(openMs, producers * (messages ?? LEAST_MESSAGES) * 1_000 / ratePerS);
}
