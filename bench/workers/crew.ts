/** The Workers of a cell, as the consumer's thread sees them. */
import type { Handoff } from "../../strategies/strategy.ts";
import { ControlBlock, type ProducerWaits, type RunPlan } from "./control_block.ts";
import type { WorkerSetup } from "./serve_producers.ts";
import { MEASURED, Thread, type WorkerEntry } from "./threads.ts";

/** How long stopped Workers may take to leave before they are terminated (ms). */
const LEAVE_MS = 1_000;
/** Workers that may be starting at the same time. */
const STARTING = 2;

export class Crew {
  readonly #control: ControlBlock;
  readonly #workers: Thread[];
  #failure: Error | null = null;

  private constructor(control: ControlBlock, workers: Thread[]) {
    this.#control = control;
    this.#workers = workers;
  }

  /**
   * Start a Worker for each ticket, two at a time: Bun has crashed when many were started at once. `onFailure` is
   * called when one of them dies.
   * @param small the hand-off of the second pass
   */
  static async start(
    handoff: Handoff,
    small: Handoff | null,
    options: Pick<WorkerSetup, "turn" | "pace" | "dropped">,
    onFailure: (reason: Error) => void,
    entry: WorkerEntry = MEASURED,
  ): Promise<Crew> {
    const control = new ControlBlock();
    const workers: Thread[] = [];
    const crew = new Crew(control, workers);
    for (const [worker, ticket] of handoff.tickets.entries()) {
      const setup: WorkerSetup = {
        ticket,
        smallTicket: small?.tickets[worker] ?? null,
        control: control.memory,
        worker,
        workers: handoff.tickets.length,
        ...options,
      };
      const transfers = [...handoff.transfers[worker], ...(small?.transfers[worker] ?? [])];
      const thread = Thread.serve(setup, transfers, entry, (why) => {
        const reason = new Error(`Worker ${worker} died: ${why}`);
        crew.#failure ??= reason;
        onFailure(reason);
      });
      workers.push(thread);
      if (entry.stdout) {
        for (const each of [handoff, small]) each?.attach(worker, thread.worker);
      }
      await crew.#until(() => control.online() > workers.length - STARTING);
    }
    await crew.#until(() => control.online() === workers.length);
    return crew;
  }

  /** Let every Worker prepare a run. */
  announce(plan: RunPlan): void {
    this.#control.announce(plan);
  }

  /** Resolves when all Workers have prepared it. */
  async ready(): Promise<void> {
    await this.#until(() => this.#control.ready() === this.#workers.length);
  }

  /** No clock runs meanwhile, so a timer will do, and it leaves the cores to the Workers. */
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

  /** Let the Workers leave, and terminate them where they do not. */
  async stop(): Promise<void> {
    for (const worker of this.#workers) worker.dismiss();
    this.#control.stop();
    const gone = Promise.all(this.#workers.map(({ left }) => left));
    const timer = new Promise((resolve) => setTimeout(resolve, LEAVE_MS, "late").unref());
    if (await Promise.race([gone, timer]) === "late") {
      await Promise.all(this.#workers.map((worker) => worker.terminate()));
    } else if (this.#failure === null) {
      for (const worker of this.#workers) worker.release();
    }
  }
}
