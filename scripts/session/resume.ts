/** Finds out from its rows what part of a plan is done; the rest is what `--resume` runs. */
import { cellKey, identityOf } from "../results/cell_key.ts";
import type { Sample } from "../results/columns.ts";
import type { Cell } from "../results/plan.ts";

/**
 * The unit is a process: one round of one cell. It is done when it has a row, even one that says that it failed or was
 * skipped; an interrupted process has none. The rows of a process share their session, round, position and every column
 * of the cell (`CELL_COLUMNS`): with a fixed number of rounds the set of these keys is the same for a session that was
 * interrupted and resumed as for one that was not. `run` is no part of the key, because how many runs a process
 * measures depends on the time that they take.
 */
export class Earlier {
  /** Rows of each cell by round. */
  readonly #processes = new Map<string, Map<number, Sample[]>>();
  readonly rows: readonly Sample[];
  readonly #last: Sample | undefined;

  constructor(samples: readonly Sample[]) {
    this.rows = samples;
    this.#last = samples.at(-1);
    for (const sample of samples) {
      const rounds = this.#processes.get(cellKey(sample)) ?? new Map<number, Sample[]>();
      this.#processes.set(cellKey(sample), rounds);
      rounds.set(sample.round!, [...rounds.get(sample.round!) ?? [], sample]);
    }
  }

  /** The rows of a cell's process in a round, where round 0 is the pilot; none where the process has yet to run. */
  rowsOf(cell: Cell, round: number): readonly Sample[] {
    if (this.#processes.size === 0) return [];
    return this.#processes.get(cellKey(identityOf(cell)))?.get(round) ?? [];
  }

  /** Rounds of a cell that are done, without the pilot. */
  roundsOf(cell: Cell): number {
    if (this.#processes.size === 0) return 0;
    const rounds = this.#processes.get(cellKey(identityOf(cell)));
    return [...rounds?.keys() ?? []].filter((round) => round > 0).length;
  }

  isSkipped(cell: Cell): boolean {
    return this.rowsOf(cell, 0).some(({ status }) => status === "skipped");
  }

  /** Whether the pilot has already let a cell pass: the cell has been measured, or the pilot had gone on to another. */
  hasPassedPilot(cell: Cell): boolean {
    if (this.isSkipped(cell)) return false;
    const pilot = this.rowsOf(cell, 0);
    return this.roundsOf(cell) > 0 || (pilot.length > 0 && !pilot.includes(this.#last!));
  }

  /** How many processes the rounds of a plan still need; the pilot may skip some of them. */
  missing(cells: readonly Cell[], rounds: number): number {
    return cells.filter((cell) => cell.skip === null && !this.isSkipped(cell))
      .reduce((sum, cell) => sum + Math.max(0, rounds - this.roundsOf(cell)), 0);
  }
}
