/** The Workers of a cell, as the consumer's thread sees them. */
import { Worker } from "node:worker_threads";
import type { Handoff } from "../../strategies/strategy.ts";
import { ControlBlock, type ProducerWaits, type RunPlan } from "./control_block.ts";
import type { WorkerSetup } from "./serve_producers.ts";

/** How long stopped Workers may take to leave before they are terminated (ms). */
const LEAVE_MS = 1_000;

/** What a Worker thread enters, and what it is told beside its `WorkerSetup`. */
export interface WorkerEntry {
  file: URL;
  data: Readonly<Record<string, unknown>>;
}

const MEASURED: WorkerEntry = { file: new URL("./worker.ts", import.meta.url), data: {} };

export class Crew {
  readonly #control: ControlBlock;
  readonly #workers: Worker[];
  readonly #gone: Promise<unknown>;
  #failure: Error | null = null;
  /** From here on a Worker that ends does what it was told. */
  #stopping = false;

  private constructor(control: ControlBlock, workers: Worker[], gone: Promise<unknown>) {
    this.#control = control;
    this.#workers = workers;
    this.#gone = gone;
  }

  /**
   * Start one Worker for each ticket, one after the other: Bun has crashed when many were started at once.
   * `onFailure` is called when one of them dies.
   * @param small the hand-off of the second pass
   */
  static async start(
    handoff: Handoff,
    small: Handoff | null,
    options: { producers: number; turn: number },
    onFailure: (reason: Error) => void,
    entry: WorkerEntry = MEASURED,
  ): Promise<Crew> {
    const control = new ControlBlock();
    const workers: Worker[] = [];
    const exits: Promise<unknown>[] = [];
    const crew = new Crew(control, workers, Promise.resolve().then(() => Promise.all(exits)));
    const fail = (reason: Error) => {
      crew.#failure ??= reason;
      onFailure(reason);
    };
    for (const [worker, ticket] of handoff.tickets.entries()) {
      const setup: WorkerSetup = {
        ticket,
        smallTicket: small?.tickets[worker] ?? null,
        control: control.memory,
        worker,
        workers: handoff.tickets.length,
        producers: options.producers,
        turn: options.turn,
      };
      const thread = new Worker(entry.file, {
        workerData: { ...entry.data, ...setup },
        transferList: [...handoff.transfers[worker], ...(small?.transfers[worker] ?? [])],
      });
      // Deno goes on silently after a Worker's error that nobody listens to.
      thread.on("error", (error: Error) => {
        fail(new Error(`Worker ${worker} died: it threw "${error.message}"`));
      });
      thread.on("exit", (code: number) => {
        if (!crew.#stopping) {
          fail(new Error(`Worker ${worker} died: it ended with exit code ${code}`));
        }
      });
      exits.push(new Promise((resolve) => thread.once("exit", resolve)));
      workers.push(thread);
      await crew.#until(() => control.online() === workers.length);
    }
    return crew;
  }

  /** Announce a run and resolve when every Worker has prepared it. */
  async prepare(plan: RunPlan): Promise<void> {
    this.#control.announce(plan);
    await this.#until(() => this.#control.ready() === this.#workers.length);
  }

  /** Outside any clock, so a timer serves; it leaves the cores to the Workers. */
  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Let all Workers go at once. */
  release(): void {
    this.#control.release();
  }

  /** Resolves when every Worker has finished the run, with what waiting cost them. */
  async finished(): Promise<ProducerWaits> {
    await this.#until(() => this.#control.finished() === this.#workers.length);
    return this.#control.waits();
  }

  /** End the Workers: they leave by themselves where they can. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#control.stop();
    const timer = new Promise((resolve) => setTimeout(resolve, LEAVE_MS, "late").unref());
    if (await Promise.race([this.#gone, timer]) === "late") {
      await Promise.all(this.#workers.map((worker) => worker.terminate()));
    }
  }
}
