/**
 * One comparison, from the first pilot to the last round. In each round a process measures every P of its strategy,
 * in shuffled order; a cell's rows are written as soon as it has ended.
 */
import { arrivalsSeed } from "../../bench/latency/arrivals.ts";
import type { CellSpec, RunReport } from "../../bench/process/spec.ts";
import type { Sample } from "../results/columns.ts";
import { cellTask } from "../results/cell_task.ts";
import { identityOf } from "../results/cell_key.ts";
import { find } from "../results/judge.ts";
import { samplesOf, skippedSample, timeOf } from "../results/samples.ts";
import type { CellOutcome, RunCell } from "../processes/cell_process.ts";
import type { BenchOptions } from "./bench_options.ts";
import { type Cell, cellLabel, roundOrder, seriesOf } from "../results/plan.ts";
import { chosenMessages } from "../results/run_length.ts";
import { chosenRates } from "../results/load.ts";
import { LEAST_MESSAGES } from "../../bench/process/budget.ts";
import { VERDICT_ROUNDS } from "../statistics/call.ts";
import { median } from "../statistics/order.ts";
import { Predictions } from "./predictions.ts";
import { Earlier } from "./resume.ts";

/** What the pilot predicts. */
export interface Estimate {
  totalMs: number;
  roundMs: number;
  /** Rounds in all; for a resumed session, those that are done are included. */
  rounds: number;
  /** Cells of all rounds that are still to be measured. */
  cells: number;
}

/** What a session reports while it runs. */
export interface SessionObserver {
  /** `remainingMs` is a prediction; null before there is one. */
  onProgress(done: number, of: number, what: string, remainingMs: number | null): void;
  onRows(rows: Sample[]): void;
  /** The verified runs of an open loop that a cell's process has measured; called after `onRows`. */
  onWaits(cell: Cell, runs: readonly RunReport[]): void;
  /**
   * The pilot has chosen how many messages each producer of these cells sends, which does not change again. Called
   * before any round.
   */
  onChosen(cells: readonly Cell[]): void;
  /** One line about something that no row tells. */
  onNote(line: string): void;
  /** The pilot has ended, and predicts this. */
  onEstimate(estimate: Estimate): void;
}

export interface SessionSetup {
  session: string;
  options: BenchOptions;
  /** Where `messages` is null, the pilot sets it. */
  cells: readonly Cell[];
  listener: { host: string; port: number };
  cores: number;
  runCell: RunCell;
  /** Aborted by Ctrl-C, and when the listener dies. */
  signal: AbortSignal;
  observer: SessionObserver;
  /** For tests: ms of any clock that never runs back. */
  now?: () => number;
  /** What an interrupted part of the same session has done; none of it is run again. */
  earlier?: Earlier;
}

/** Messages of all producers in a pilot run: enough to tell milliseconds from minutes. */
const PILOT_MESSAGES = 16_384;
/** Runs of a pilot from which a rate follows: a single run may be half or twice as fast as the next. */
const LOAD_PILOT_RUNS = 7;

/** Of rounds that only a budget pays for. */
const CONTROLS_EVERY = 4;

export class Session {
  readonly #setup: SessionSetup;
  readonly #chunks = new Map<string, number>();
  /**
   * Messages of each producer with which a cell's run takes the wanted time; absent where the cell's pilot had no good
   * run.
   */
  readonly #fitting = new Map<Cell, number>();
  /** Messages/s at full load of each cell whose pilot had a good run. */
  readonly #fullRates = new Map<Cell, number>();
  /** Rows of each pilot, by `pilotOf`. */
  readonly #pilots = new Map<string, readonly Sample[]>();
  readonly #predictions: Predictions;
  readonly #earlier: Earlier;
  readonly #now: () => number;
  /** When a budget is spent, by the same clock. */
  readonly #deadline: number;

  constructor(setup: SessionSetup) {
    this.#setup = setup;
    this.#earlier = setup.earlier ?? new Earlier([]);
    this.#now = setup.now ?? (() => performance.now());
    this.#deadline = this.#now() + (setup.options.budgetMs ?? 0);
    this.#predictions = new Predictions(setup.options.timeoutMs);
  }

  /** Finds the best chunk size of socket-bulk for each runtime that has a cell of it, unless it is known. */
  async calibrate(known: Readonly<Record<string, number>> = {}): Promise<Record<string, number>> {
    for (const [label, chunk] of Object.entries(known)) this.#chunks.set(label, chunk);
    const bulk = this.#setup.cells.filter((cell) =>
      cell.subject === "socket-bulk" && cell.runtime.kind !== "client" && cell.params.chunk === 0 &&
      cell.skip === null
    );
    const runtimes = new Map<string, Cell>();
    for (const cell of bulk) runtimes.set(cell.runtime.label, cell);
    for (const cell of runtimes.values()) {
      const { runtime } = cell;
      if (this.#setup.signal.aborted) break;
      if (this.#chunks.has(runtime.label)) continue;
      this.#setup.observer.onProgress(0, 0, `calibrating ${runtime.label}`, null);
      const outcome = await this.#run(cell, "calibrate", 0);
      const chunk = find(outcome.events, "calibrated")?.chunk;
      if (chunk !== undefined) this.#chunks.set(runtime.label, chunk);
      else if (!this.#isCutShort(outcome)) {
        const why = find(outcome.events, "failed")?.detail ?? (outcome.detail || outcome.end);
        this.#setup.observer.onNote(
          `${runtime.label}: the best chunk size of socket-bulk is not known, so that it is no ceiling (${why})`,
        );
      }
    }
    return Object.fromEntries(this.#chunks);
  }

  /**
   * The pilot measures each strategy with ascending P. It predicts every cell's time and skips what would take too
   * long. Its rows are kept, but enter no statistic. Where a run is to take a certain time, it also chooses the number
   * of messages.
   */
  async pilot(): Promise<Cell[]> {
    const { cells, signal, observer } = this.#setup;
    const ascending = [...Map.groupBy(cells, seriesOf).values()].flatMap((axis) =>
      axis.toSorted((a, b) => a.producers - b.producers)
    );
    const runnable: Cell[] = [];
    for (const [done, cell] of ascending.entries()) {
      if (signal.aborted) break;
      observer.onProgress(done, cells.length, `pilot ${cellLabel(cell)}`, null);
      const decision = await this.#decide(cell, done + 1);
      if (decision === "interrupted") break;
      if (decision === "run") runnable.push(cell);
    }
    const chosen = this.#choose(runnable);
    if (chosen.length > 0) observer.onEstimate(this.#estimate(chosen));
    // In the order of the plan, because a round's order must depend on the seed alone.
    return cells.filter((cell) => chosen.includes(cell));
  }

  #estimate(cells: readonly Cell[]): Estimate {
    const { rounds: least, budgetMs } = this.#setup.options;
    const budgetLeftMs = budgetMs === null ? 0 : this.#deadline - this.#now();
    const estimate = { totalMs: 0, roundMs: this.#predictions.totalMs(cells), rounds: 0, cells: 0 };
    for (;;) {
      const round = estimate.rounds + 1;
      const left = this.#dueIn(round, cells).filter((cell) =>
        this.#earlier.rowsOf(cell, round).length === 0
      );
      // At least something, so that the loop ends.
      const ms = left.length === 0 ? 0 : Math.max(1, this.#predictions.totalMs(left));
      if (round > least && estimate.totalMs + ms > budgetLeftMs) return estimate;
      estimate.totalMs += ms;
      estimate.cells += left.length;
      estimate.rounds++;
    }
  }

  /**
   * The cells of a round: all of them in each round that was asked for, and in as many rounds as a verdict takes. Of
   * further rounds, which a budget pays for, every fourth has the controls: no pair has one, and where few strategies are
   * measured they would be half of the processes.
   */
  #dueIn(round: number, cells: readonly Cell[]): readonly Cell[] {
    const asked = Math.max(this.#setup.options.rounds, VERDICT_ROUNDS);
    if (round <= asked || round % CONTROLS_EVERY === 0) return cells;
    const contenders = cells.filter(({ kind }) => kind !== "control");
    return contenders.length === 0 ? cells : contenders;
  }

  /**
   * The cells that can be measured. Cells that a verdict may compare get the same number of messages, so that nothing
   * else differs.
   */
  #choose(cells: readonly Cell[]): Cell[] {
    if (this.#setup.signal.aborted) return [...cells];
    const open = cells.filter(({ messages }) => messages === null);
    const full = open.filter(({ load }) => load === null);
    for (const [cell, messages] of chosenMessages(full, this.#fitting)) cell.messages = messages;
    const loaded = open.filter(({ load }) => load !== null);
    for (const [cell, chosen] of chosenRates(loaded, this.#fullRates)) Object.assign(cell, chosen);
    const fitting = open.filter(({ messages }) => messages !== null);
    if (fitting.length > 0) this.#setup.observer.onChosen(fitting);
    const left = open.filter(({ messages }) => messages === null);
    for (const [at, cell] of left.entries()) {
      const why = "no pilot says at which rate it is to run";
      this.#setup.observer.onRows([skippedSample(cell, this.#place(0, at + 1), why)]);
    }
    return cells.filter((cell) => !left.includes(cell));
  }

  /** @param rows of a cell's pilot */
  #fit(cell: Cell, rows: readonly Sample[]): void {
    const good = rows.filter((row) => timeOf(row) !== null);
    if (good.length === 0) return;
    this.#fitting.set(cell, Math.max(LEAST_MESSAGES, good[0].messages ?? 0));
    const perS = median(good.map((row) => row.delivered! / timeOf(row)! * 1e6));
    if (perS > 0) this.#fullRates.set(cell, perS);
  }

  /** Whether a cell is measured. What was decided before is not decided again. */
  async #decide(cell: Cell, position: number): Promise<"run" | "skip" | "interrupted"> {
    const { observer } = this.#setup;
    const predictions = this.#predictions;
    if (this.#earlier.isSkipped(cell)) return "skip";
    const piloted = this.#earlier.rowsOf(cell, 0);
    predictions.recall(cell, piloted);
    this.#fit(cell, piloted);
    if (piloted.length > 0) this.#pilots.set(pilotOf(cell), piloted);
    if (this.#earlier.hasPassedPilot(cell)) return "run";
    const decide = (why: string | null) => {
      if (why === null) return "run";
      observer.onRows([skippedSample(cell, this.#place(0, position), why)]);
      return "skip";
    };
    const tooLong = cell.skip ?? predictions.reasonToSkip(cell);
    if (tooLong !== null || piloted.length > 0) return decide(tooLong);
    const shared = this.#pilots.get(pilotOf(cell));
    if (shared !== undefined) {
      const rows = shared.map((row) => ({ ...row, ...sharedPilot(cell, row), position }));
      this.#fit(cell, rows);
      observer.onRows(rows);
      return "run";
    }
    const messages = cell.runTimeUs !== null ? cell.mostMessages : Math.min(
      cell.mostMessages,
      Math.max(1, Math.ceil(PILOT_MESSAGES / cell.producers)),
    );
    const outcome = await this.#run(cell, "pilot", messages);
    if (this.#isCutShort(outcome)) return "interrupted";
    // A pilot that chooses has no number before it has run.
    const asked = { ...cell, messages: cell.messages === null ? null : messages };
    const rows = samplesOf(asked, this.#place(0, position), outcome);
    this.#fit(cell, rows);
    this.#pilots.set(pilotOf(cell), rows);
    observer.onRows(rows);
    predictions.learn(cell, outcome);
    return decide(predictions.reasonToSkip(cell));
  }

  /**
   * All rounds, each in a seeded order of its own. A budget pays for as many more rounds of all strategies as fit. How
   * many fit depends on how long a round takes, never on who is faster, so the correction of the verdicts holds as for a
   * number that was fixed before.
   */
  async rounds(cells: readonly Cell[]): Promise<void> {
    const { options, signal, observer } = this.#setup;
    if (cells.length === 0) return;
    let done = 0;
    for (let round = 1;; round++) {
      const due = this.#dueIn(round, cells);
      if (round > options.rounds && !this.#canAfford(due)) return;
      const order = roundOrder(due, options.seed, round);
      const total = round > options.rounds ? done + due.length : options.rounds * cells.length;
      for (const [at, cell] of order.entries()) {
        if (signal.aborted) return;
        const left = this.#predictions.totalMs(order.slice(at)) +
          Math.max(0, options.rounds - round) * this.#predictions.totalMs(cells);
        observer.onProgress(done++, total, `round ${round} ${cellLabel(cell)}`, left);
        if (!await this.#measure(cell, round, at + 1)) return;
      }
    }
  }

  /** Whether the rest of the budget pays for one more round. */
  #canAfford(cells: readonly Cell[]): boolean {
    if (this.#setup.options.budgetMs === null || this.#setup.signal.aborted) return false;
    return this.#now() + this.#predictions.totalMs(cells) <= this.#deadline;
  }

  /** Runs one process of a cell, unless that has been done before; false where an interruption left no rows of it. */
  async #measure(cell: Cell, round: number, position: number): Promise<boolean> {
    const [before] = this.#earlier.rowsOf(cell, round);
    if (before !== undefined) {
      this.#predictions.correct(cell, before.process_ms ?? 0);
      return true;
    }
    const outcome = await this.#run(cell, "measure", cell.messages!, round);
    if (this.#isCutShort(outcome)) return false;
    this.#predictions.correct(cell, outcome.wallMs);
    this.#setup.observer.onRows(samplesOf(cell, this.#place(round, position), outcome));
    if (cell.load !== null) {
      const runs = outcome.events.filter((event) => event.type === "run");
      this.#setup.observer.onWaits(cell, runs.filter(({ status }) => status === "ok"));
    }
    return true;
  }

  /** Ctrl-C also reaches a cell's process, which may fail because of it before it is stopped. */
  #isCutShort({ end, events }: CellOutcome): boolean {
    return end === "interrupted" ||
      (this.#setup.signal.aborted &&
        (end !== "done" || events.some(({ type }) => type === "failed")));
  }

  /** @param round 0: before the first round */
  #run(cell: Cell, task: CellSpec["task"], messages: number, round = 0): Promise<CellOutcome> {
    const { options, listener, runCell, signal } = this.#setup;
    const chunk = this.#chunks.get(cell.runtime.label);
    const calibrated = cell.params.chunk === 0 && chunk !== undefined ? { chunk } : {};
    const { runtime, subject: name, sink } = cell;
    const spec = cellTask({ name, params: { ...cell.params, ...calibrated } }, {
      producers: cell.producers,
      workers: cell.workers,
      messages,
      runTimeUs: cell.runTimeUs,
      measuredRuns: cell.measuredRuns,
      messageBytes: cell.messageBytes,
      leastBytes: cell.leastBytes,
      workload: cell.workload,
      workUs: cell.workUs,
      turn: cell.turn,
      pace: cell.load === null || task !== "measure" ? null : {
        ratePerS: cell.ratePerS!,
        spacing: cell.load.spacing,
        seed: arrivalsSeed(options.seed, round),
      },
      reading: task === "measure" ? cell.load?.reading ?? null : null,
      consumerWorkUs: task === "measure" ? cell.load?.consumerWorkUs ?? 0 : 0,
      capacity: cell.capacity,
      seed: options.seed,
      listener: sink === "none" ? null : listener,
      storeBytes: options.storeBytes,
      runId: `${name} ${round === 0 ? task : `round ${round}`}`,
      task,
      ...(cell.load === null ? {} : { pilotRuns: LOAD_PILOT_RUNS }),
      ...(cell.arm === undefined ? {} : { arm: cell.arm }),
    });
    return runCell(runtime, spec, {
      timeoutMs: options.timeoutMs,
      memoryBytes: options.memoryBytes,
      signal,
    });
  }

  #place(round: number, position: number) {
    const { session, options, cores } = this.#setup;
    return { session, round, position, seed: options.seed, cores };
  }
}

/** The same for cells that differ in load alone: a pilot runs at full load, so one pilot serves all of them. */
function pilotOf(cell: Cell): string {
  return `${seriesOf(cell)} ${cell.producers}`;
}

/** What a cell's row changes in that of a shared pilot; the time of the process appears in one row only. */
function sharedPilot(cell: Cell, { load, detail }: Sample): Partial<Sample> {
  return {
    ...identityOf(cell),
    process_ms: null,
    detail: detail ?? `the pilot of load ${load}, which holds for all loads`,
  };
}
