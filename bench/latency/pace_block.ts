/**
 * What Workers and consumer share in an open loop, in addition to the hand-off: when the run starts, when each message
 * was sent, and how far the clocks of a Worker and of the consumer are apart.
 *
 *     a line for each Worker   | question | answer | stamp (f64) | offset (f64) | naps of either side |
 *     f64                      | start |
 *     f64, by producer and number   | when it was sent |
 *
 * The clocks are compared as in Cristian's algorithm (1989): the consumer asks, a Worker that spins answers with its
 * time, and the quickest exchange gives the difference to within half of the time that it took.
 */
const LINE_BYTES = 64;
const QUESTION = 0;
const ANSWER = 1;
/** Distance from a question or an answer to the word that says whether somebody naps until it changes. */
const NAPS = 6;
/** Index in a line, in units of 8 bytes. */
const STAMP = 1;
const OFFSET = 2;
/** At least so many exchanges, and more until the error is small enough or they took too long (ms). */
const EXCHANGES = 32;
const ENOUGH_MS = 20;
const GOOD_ERROR_MS = 0.003;
/** How often a Worker that waits for the first question looks whether it has to leave (ms). */
const SLICE_MS = 50;
/** Stands in place of a question. */
const NO_MORE = -1;
/** How long either side waits for the other without sleeping (ms). */
const SPIN_MS = 0.05;
/**
 * Two threads that share a core would sleep and wake each other there for ever, 30 µs at a time, while another core is
 * idle. After so many exchanges they spin for long enough (ms) that the system moves one of them.
 */
const STUBBORN = { from: 8, spinMs: 4 };
/** How long a Worker may still prepare its messages; one that takes longer has failed (ms). */
const LIMIT_MS = 20_000;

export class PaceBlock {
  readonly memory: SharedArrayBuffer;
  /**
   * When each message was sent, in ms of the sender's clock since the start of the run, at producer × messages +
   * number.
   */
  readonly sentMs: Float64Array;
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  readonly #start: number;

  static create(workers: number, messages: number): PaceBlock {
    const bytes = workers * LINE_BYTES + 8 + messages * 8;
    return new PaceBlock(new SharedArrayBuffer(bytes), workers);
  }

  constructor(memory: SharedArrayBuffer, workers: number) {
    this.memory = memory;
    this.#start = workers * LINE_BYTES / 8;
    this.#words = new Int32Array(memory, 0, workers * LINE_BYTES / 4);
    this.#times = new Float64Array(memory, 0, this.#start + 1);
    this.sentMs = new Float64Array(memory, (this.#start + 1) * 8);
  }

  /** Consumer, before it releases the Workers: sets when the first message could be due, by its own clock (ms). */
  startAt(ms: number): void {
    this.#times[this.#start] = ms;
  }

  /** Worker, after its release: the same moment by the Worker's clock. */
  startOf(worker: number): number {
    return this.#times[this.#start] - this.#times[line(worker) / 8 + OFFSET];
  }

  /**
   * Worker: answers the consumer's questions. Blocks until the last one, which may take long, because the connection is
   * made meanwhile.
   * @param isStopped whether the Worker has to leave; then this returns false
   */
  answer(worker: number, isStopped: () => boolean): boolean {
    const at = line(worker) / 4 + QUESTION;
    while (Atomics.load(this.#words, at) === 0) {
      if (isStopped()) return false;
      Atomics.wait(this.#words, at, 0, SLICE_MS);
    }
    for (let seen = 0;;) {
      seen = this.#changed(at, seen);
      if (seen === NO_MORE) break;
      this.#times[line(worker) / 8 + STAMP] = performance.now();
      this.#tell(line(worker) / 4 + ANSWER, seen);
    }
    this.#tell(line(worker) / 4 + ANSWER, NO_MORE);
    // Until the consumer has seen that, the next call would find the end of this one.
    this.#changed(at, NO_MORE);
    return true;
  }

  /**
   * Consumer, when the Workers are about to answer. Blocks while it asks.
   * @returns the error (ms) to which the Worker's clock is now known
   * @throws {Error} where the Worker does not answer
   */
  ask(worker: number): number {
    const [question, answer] = [line(worker) / 4 + QUESTION, line(worker) / 4 + ANSWER];
    let least = Infinity;
    let answered = 0;
    const since = performance.now();
    for (let asked = 1;; asked++) {
      const isGood = least / 2 <= GOOD_ERROR_MS;
      if (asked > EXCHANGES && (isGood || performance.now() - since > ENOUGH_MS)) break;
      const before = performance.now();
      this.#tell(question, asked);
      if (asked === 1) Atomics.notify(this.#words, question);
      answered = this.#changed(answer, answered);
      const after = performance.now();
      if (after - before >= least) continue;
      least = after - before;
      const stamp = this.#times[line(worker) / 8 + STAMP];
      this.#times[line(worker) / 8 + OFFSET] = (before + after) / 2 - stamp;
    }
    this.#tell(question, NO_MORE);
    this.#changed(answer, answered);
    Atomics.store(this.#words, answer, 0);
    Atomics.store(this.#words, question, 0);
    return least / 2;
  }

  /**
   * Two threads that nap in turn would never meet, so this wakes the other; but only one that naps, since a call that
   * wakes nobody would be most of an exchange.
   */
  #tell(at: number, what: number): void {
    Atomics.store(this.#words, at, what);
    if (Atomics.load(this.#words, at + NAPS) !== 0) Atomics.notify(this.#words, at);
  }

  /**
   * Waits until a word differs from `seen`, and returns it. First it spins, since a wake-up would take longer than all
   * else, then it naps.
   */
  #changed(at: number, seen: number): number {
    const since = performance.now();
    const spinMs = seen < STUBBORN.from ? SPIN_MS : STUBBORN.spinMs;
    for (;;) {
      const value = Atomics.load(this.#words, at);
      if (value !== seen) return value;
      const waited = performance.now() - since;
      if (waited > LIMIT_MS) throw new Error("a Worker does not tell its time");
      if (waited <= spinMs) continue;
      // The other thread may need this very core.
      Atomics.store(this.#words, at + NAPS, 1);
      Atomics.wait(this.#words, at, seen, 1);
      Atomics.store(this.#words, at + NAPS, 0);
    }
  }
}

function line(worker: number): number {
  return worker * LINE_BYTES;
}
