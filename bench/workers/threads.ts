/**
 * Worker threads that outlive a cell: the next cell of another P uses them again, so that a process starts them once. A
 * thread that is not needed sleeps in its event loop.
 */
import { Worker, type WorkerOptions } from "node:worker_threads";
import { IDLE, type WorkerSetup } from "./serve_producers.ts";

/** The file that a Worker thread runs, and what it is given in addition to its `WorkerSetup`. */
export interface WorkerEntry {
  file: URL;
  data: Readonly<Record<string, unknown>>;
  /** Whether the thread takes another setup when its runs are over; otherwise it ends then. */
  stays?: boolean;
  /** Its standard output is a stream that the hand-off reads: `attach` is given the Worker for that. */
  stdout?: boolean;
}

export const MEASURED: WorkerEntry = {
  file: new URL("./worker.ts", import.meta.url),
  data: {},
  stays: true,
};

/** The same for a hand-off through each Worker's standard output. */
export const WITH_STDOUT: WorkerEntry = { ...MEASURED, stays: false, stdout: true };

type Transfers = NonNullable<WorkerOptions["transferList"]>;

const idle: Thread[] = [];

/** A thread as its crew sees it. */
export class Thread {
  readonly worker: Worker;
  readonly #entry: WorkerEntry;
  /** Told why the thread died, while a crew uses it. */
  #onDeath: ((why: string) => void) | null = null;
  #onLeft: () => void = () => {};
  #isGone = false;
  /** Resolves when the thread's runs are over, or the thread has ended. */
  left: Promise<void> = Promise.resolve();

  private constructor(worker: Worker, entry: WorkerEntry) {
    this.worker = worker;
    this.#entry = entry;
    // Deno ignores an error of a Worker that nobody listens to.
    worker.on("error", (error: Error) => this.#onDeath?.(`it threw "${error.message}"`));
    worker.on("exit", (code: number) => {
      this.#isGone = true;
      this.#onDeath?.(`it ended with exit code ${code}`);
      if (idle.includes(this)) idle.splice(idle.indexOf(this), 1);
      this.#onLeft();
    });
    worker.on("message", (message: unknown) => {
      if (message === IDLE) this.#onLeft();
    });
  }

  /** An idle thread, or a new one where there is none. */
  static serve(
    setup: WorkerSetup,
    transferList: Transfers,
    entry: WorkerEntry,
    onDeath: (why: string) => void,
  ): Thread {
    const free = entry.stays ? idle.pop() : undefined;
    const thread = free ?? new Thread(
      new Worker(entry.file, {
        workerData: { ...entry.data, ...setup },
        transferList,
        stdout: entry.stdout ?? false,
      }),
      entry,
    );
    thread.#onDeath = onDeath;
    thread.left = new Promise((resolve) => thread.#onLeft = resolve);
    if (free !== undefined) {
      free.worker.ref();
      free.worker.postMessage(setup, transferList);
    }
    return thread;
  }

  /** The thread was told to leave: if it ends from here on, it has not died. */
  dismiss(): void {
    this.#onDeath = null;
  }

  /** Keep the thread, which has left, for the next crew, if it stays. */
  release(): void {
    // A stream that is read would keep the program alive, so its Worker has to end.
    if (this.#entry.stdout) void this.terminate();
    if (!this.#entry.stays || this.#isGone) return;
    // A thread in reserve must not keep the program from ending.
    this.worker.unref();
    idle.push(this);
  }

  terminate(): Promise<number> {
    return this.worker.terminate();
  }
}
