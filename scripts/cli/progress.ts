/**
 * Shows how far a command is: a bar on a terminal, a plain line now and then elsewhere. On stderr, so that pipes stay
 * clean.
 */
import { Presets, SingleBar } from "cli-progress";
import { duration } from "./units.js";

export interface Progress {
  update(done: number, of: number, what: string, remainingMs: number | null): void;
  /** Prints a line that stays. */
  say(line: string): void;
  stop(): void;
}

/** Time between two plain lines (ms). */
const PLAIN_EVERY_MS = 10_000;

export function openProgress(stream: NodeJS.WriteStream, now = () => performance.now()): Progress {
  return stream.isTTY ? new BarProgress(stream) : new PlainProgress(stream, now);
}

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | null = null;
  #last: [number, number, string, string] | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update(done: number, of: number, what: string, remainingMs: number | null): void {
    const left = remainingMs === null ? "" : `, ${duration(remainingMs)} left`;
    const columns = this.#stream.columns || 80;
    const room = Math.max(0, columns - 36 - left.length);
    this.#last = [done, of, what.slice(0, room), left];
    if (this.#bar === null) {
      this.#bar = new SingleBar({
        stream: this.#stream,
        format: "{bar} {value}/{total}{left} {what}",
        barsize: 16,
        hideCursor: true,
        clearOnComplete: true,
        linewrap: false,
      }, Presets.shades_classic);
      this.#bar.start(of, done, { what: this.#last[2], left });
    } else {
      this.#bar.setTotal(of);
      this.#bar.update(done, { what: this.#last[2], left });
    }
  }

  say(line: string): void {
    this.stop();
    this.#stream.write(line + "\n");
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

class PlainProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #now: () => number;
  #next = 0;

  constructor(stream: NodeJS.WriteStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  update(done: number, of: number, what: string, remainingMs: number | null): void {
    if (this.#now() < this.#next) return;
    this.#next = this.#now() + PLAIN_EVERY_MS;
    const left = remainingMs === null ? "" : `, about ${duration(remainingMs)} left`;
    this.say(of === 0 ? what : `${done}/${of} ${what}${left}`);
  }

  say(line: string): void {
    this.#stream.write(line + "\n");
  }

  stop(): void {}
}
