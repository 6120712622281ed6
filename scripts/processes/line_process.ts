/**
 * A live child process and what it prints. It can be sent one line of JSON on its standard input, which it answers on
 * its standard output.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { childEnvironment } from "./child_environment.ts";
import { pinned } from "./pinning.ts";
import { fileText } from "./file_text.ts";

/**
 * The most output in characters. No program of the suite writes more, and one that does would fill this process's
 * memory.
 */
const MOST_OUTPUT = 16 * 2 ** 20;

/** Children that have not ended. */
const living = new Set<LineProcess>();

// Until a child has loaded, it does not notice that its standard input has ended.
process.on("exit", () => living.forEach((child) => child.kill()));

export class LineProcess {
  readonly gone: Promise<void>;
  /** How it ended: a signal, a code or the system's error; null while it lives. */
  how: string | null = null;
  /** The end of what it wrote to its standard error, at most 4,096 characters. */
  errors = "";
  readonly #child: ChildProcess;
  #output = "";
  /** The last whole line of the output, and what has arrived of the next one. */
  #last = "";
  #open = "";
  #onOutput: () => void = () => {};

  /** Starts it on the given CPUs; null: on any. */
  constructor(cpus: readonly number[] | null, path: string, args: readonly string[]) {
    this.#child = spawn(...pinned(cpus, path, args), {
      // The child ends when its standard input does, so it ends with the launcher, whatever kills that.
      stdio: ["pipe", "pipe", "pipe"],
      env: childEnvironment(),
    });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    this.#child.stderr!.setEncoding("utf8").on(
      "data",
      (text: string) => this.errors = (this.errors + text).slice(-4_096),
    );
    this.#child.stdin!.on("error", () => {});
    living.add(this);
    this.gone = new Promise((resolve) => {
      const finish = (how: string) => {
        this.how ??= how;
        living.delete(this);
        resolve();
        this.#onOutput();
      };
      this.#child.once("error", (error) => finish(error.message));
      this.#child.once("close", (code, killedBy) => finish(killedBy ?? `code ${code}`));
    });
  }

  get isGone(): boolean {
    return this.how !== null;
  }

  /** Looks at each piece only once: a child may write more than could be read again for every piece. */
  #take(text: string): void {
    this.#output += text;
    if (this.#output.length > MOST_OUTPUT) {
      this.errors = `error: it was stopped because it said more than ${
        MOST_OUTPUT / 2 ** 20
      } MiB\n`;
      this.#output = "";
      return this.kill();
    }
    const [before, ...lines] = text.split("\n");
    this.#open += before;
    if (lines.length === 0) return;
    this.#last = `${lines.length === 1 ? this.#open : lines.at(-2)}\n`;
    this.#open = lines.at(-1)!;
    this.#onOutput();
  }

  /**
   * Sends a line. Resolves with everything that the child has written since, as soon as its last whole line is an
   * answer, or the child has ended.
   */
  async tell(line: unknown, isAnswer: (last: string) => boolean): Promise<string> {
    this.#output = this.#last = this.#open = "";
    const said = new Promise<void>((resolve) => {
      this.#onOutput = () => {
        if (this.isGone || isAnswer(this.#last)) resolve();
      };
      // The child may have ended just before.
      this.#onOutput();
    });
    this.#child.stdin!.write(JSON.stringify(line) + "\n");
    await said;
    return this.#output;
  }

  /** What it has written since it was last sent a line, or since its start. */
  get output(): string {
    return this.#output;
  }

  /** Its memory in bytes, now or at its peak; 0 where the system does not tell. */
  memory(which: "VmRSS" | "VmHWM"): number {
    const status = fileText(`/proc/${this.#child.pid}/status`) ?? "";
    return Number(new RegExp(`^${which}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) * 1_024;
  }

  /** Ends the child's standard input, upon which a well-behaved child ends. */
  hangUp(): void {
    this.#child.stdin!.end();
  }

  kill(): void {
    killChild(this.#child);
  }
}

/** Its `close` event follows soon, whatever the child has started and leaves running. */
export function killChild(child: ChildProcess): void {
  child.kill("SIGKILL");
  // A process that the child has started may live on and hold these streams open.
  for (const end of [child.stdin, child.stdout, child.stderr]) end?.destroy();
}
