/**
 * One comparison, from the first pilot to the last round. Each cell and round is a process of its own; its
 * rows are written as soon as it has ended.
 */
import type { CellSpec } from "../../bench/spec.ts";
import type { Sample } from "../results/columns.ts";
import { samplesOf, skippedSample } from "../results/samples.ts";
import type { CellOutcome, RunCell } from "./cell_process.ts";
import type { BenchOptions } from "./options.ts";
import { type Cell, cellLabel, roundOrder } from "./plan.ts";
import { Predictions } from "./predictions.ts";
import type { Runtime } from "./runtimes.ts";

/** What a session reports while it goes on. */
export interface SessionObserver {
  /** `remainingMs` is a prediction, null before there is one. */
  onProgress(done: number, of: number, what: string, remainingMs: number | null): void;
  onRows(rows: Sample[]): void;
  /** The pilot has ended: what the rounds will take. */
  onEstimate(totalMs: number, processes: number): void;
}

export interface SessionSetup {
  session: string;
  options: BenchOptions;
  cells: readonly Cell[];
  listener: { host: string; port: number };
  cores: number;
  runCell: RunCell;
  /** Aborted by Ctrl-C, and when the listener dies. */
  signal: AbortSignal;
  observer: SessionObserver;
}

/** Messages of all producers in a pilot run: enough to tell milliseconds from minutes. */
const PILOT_MESSAGES = 16_384;

export class Session {
  readonly #setup: SessionSetup;
  readonly #chunks = new Map<string, number>();
  readonly #predictions: Predictions;

  constructor(setup: SessionSetup) {
    this.#setup = setup;
    this.#predictions = new Predictions(setup.options.timeoutMs);
  }

  /** Find the best chunk size of socket-bulk for each runtime that has a cell of it. */
  async calibrate(): Promise<Record<string, number>> {
    const bulk = this.#setup.cells.filter((cell) =>
      cell.subject === "socket-bulk" && cell.params.chunk === 0 && cell.skip === null
    );
    const runtimes = new Map<string, { runtime: Runtime; cell: Cell }>();
    for (const cell of bulk) runtimes.set(cell.runtime.label, { runtime: cell.runtime, cell });
    for (const { runtime, cell } of runtimes.values()) {
      if (this.#setup.signal.aborted) break;
      this.#setup.observer.onProgress(0, 0, `calibrating ${runtime.label}`, null);
      const outcome = await this.#run(cell, "calibrate", cell.messages, "calibration");
      const event = outcome.events.find((other) => other.type === "calibrated");
      if (event?.type === "calibrated") this.#chunks.set(runtime.label, event.chunk);
    }
    return Object.fromEntries(this.#chunks);
  }

  /**
   * The pilot round goes up in P. It predicts every cell's time and skips what would take too long; its rows
   * are kept but enter no statistic. `quick` pilots the smallest P alone and trusts its rate for the rest.
   */
  async pilot(): Promise<Cell[]> {
    const { cells, options, signal, observer } = this.#setup;
    const ascending = [...cells].sort((a, b) => a.producers - b.producers);
    const smallest = Math.min(...options.producers);
    const runnable: Cell[] = [];
    let done = 0;
    for (const cell of ascending) {
      if (signal.aborted) break;
      observer.onProgress(done++, cells.length, `pilot ${cellLabel(cell)}`, null);
      const tooLong = cell.skip ?? this.#predictions.reasonToSkip(cell);
      if (tooLong !== null) {
        observer.onRows([skippedSample(cell, this.#place(0, done), tooLong)]);
        continue;
      }
      if (options.preset !== "quick" || cell.producers === smallest) {
        const messages = Math.min(
          cell.messages,
          Math.max(1, Math.ceil(PILOT_MESSAGES / cell.producers)),
        );
        const outcome = await this.#run(cell, "pilot", messages, "pilot");
        if (outcome.end === "interrupted") break;
        observer.onRows(samplesOf({ ...cell, messages }, this.#place(0, done), outcome));
        this.#predictions.learn(cell, messages, outcome);
        const late = this.#predictions.reasonToSkip(cell);
        if (late !== null) {
          observer.onRows([skippedSample(cell, this.#place(0, done), late)]);
          continue;
        }
      }
      runnable.push(cell);
    }
    const rounds = options.rounds;
    observer.onEstimate(rounds * this.#predictions.totalMs(runnable), rounds * runnable.length);
    // The order in which the plan names them: a round's order must hang on the seed alone.
    return cells.filter((cell) => runnable.includes(cell));
  }

  /** All rounds, each in its own seeded order. */
  async rounds(cells: readonly Cell[]): Promise<void> {
    const { options, signal, observer } = this.#setup;
    const total = options.rounds * cells.length;
    let done = 0;
    for (let round = 1; round <= options.rounds; round++) {
      const order = roundOrder(cells, options.seed, round);
      for (const [at, cell] of order.entries()) {
        if (signal.aborted) return;
        const left = this.#predictions.totalMs(order.slice(at)) +
          (options.rounds - round) * this.#predictions.totalMs(cells);
        observer.onProgress(done++, total, `round ${round} ${cellLabel(cell)}`, left);
        const outcome = await this.#run(cell, "measure", cell.messages, `round ${round}`);
        if (outcome.end === "interrupted") return;
        this.#predictions.correct(cell, outcome.wallMs);
        observer.onRows(samplesOf(cell, this.#place(round, at + 1), outcome));
      }
    }
  }

  #run(cell: Cell, task: CellSpec["task"], messages: number, phase: string): Promise<CellOutcome> {
    const { options, listener, runCell, signal } = this.#setup;
    const chunk = this.#chunks.get(cell.runtime.label);
    const calibrated = cell.params.chunk === 0 && chunk !== undefined ? { chunk } : {};
    const spec: CellSpec = {
      subject: cell.subject,
      params: { ...cell.params, ...calibrated },
      producers: cell.producers,
      workers: cell.workers,
      messages,
      messageBytes: cell.messageBytes,
      turn: cell.turn,
      capacity: cell.capacity,
      seed: options.seed,
      listener: cell.sink === "none" ? null : listener,
      storeBytes: options.storeBytes,
      runId: `${cell.subject} ${phase}`,
      task,
    };
    return runCell(cell.runtime, spec, { timeoutMs: options.timeoutMs, signal });
  }

  #place(round: number, position: number) {
    const { session, options, cores } = this.#setup;
    return { session, round, position, seed: options.seed, cores };
  }
}
