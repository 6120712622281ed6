/**
 * Worker threads that outlive a cell: those of one P serve the next, so that a process starts them once. A thread that
 * is not needed sleeps in its event loop.
 */
import { Worker, type WorkerOptions } from "node:worker_threads";
import { IDLE, type WorkerSetup } from "./serve_producers.ts";

/** What a Worker thread enters, and what it is told beside its `WorkerSetup`. */
export interface WorkerEntry {
  file: URL;
  data: Readonly<Record<string, unknown>>;
  /** Whether it takes another setup once it has left; other threads end then. */
  stays?: boolean;
  /** Its standard output is a stream that its hand-off reads, which `attach` is given the Worker for. */
  stdout?: boolean;
}

export const MEASURED: WorkerEntry = {
  file: new URL("./worker.ts", import.meta.url),
  data: {},
  stays: true,
};

/** The same, for a hand-off through each Worker's standard output. */
export const WITH_STDOUT: WorkerEntry = { ...MEASURED, stays: false, stdout: true };

type Transfers = NonNullable<WorkerOptions["transferList"]>;

const idle: Thread[] = [];

/** A thread as the crew that it serves sees it. */
export class Thread {
  readonly worker: Worker;
  readonly #entry: WorkerEntry;
  /** Told why the thread died, while it serves. */
  #onDeath: ((why: string) => void) | null = null;
  #onLeft: () => void = () => {};
  #isGone = false;
  /** Resolves when the thread has left its runs, or has ended. */
  left: Promise<void> = Promise.resolve();

  private constructor(worker: Worker, entry: WorkerEntry) {
    this.worker = worker;
    this.#entry = entry;
    // Deno goes on silently after a Worker's error that nobody listens to.
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

  /** It was told to leave: from here on its end is no death. */
  dismiss(): void {
    this.#onDeath = null;
  }

  /** It has left: keep it for the next crew, if it stays. */
  release(): void {
    // A stream that is read keeps the program alive, and so its Worker.
    if (this.#entry.stdout) void this.terminate();
    if (!this.#entry.stays || this.#isGone) return;
    // A thread in reserve keeps no program from ending.
    this.worker.unref();
    idle.push(this);
  }

  terminate(): Promise<number> {
    return this.worker.terminate();
  }
}
