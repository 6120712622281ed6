/**
 * The shared words with which the consumer's thread runs its Workers: it announces a run, waits until all
 * have prepared it, and releases them together. No message crosses for it, so nothing but the hand-off is
 * between the start of the clock and the first byte.
 */
const STOP = 0;
const ANNOUNCED = 1;
const READY = 2;
const RELEASED = 3;
const MESSAGES = 4;
const MESSAGE_BYTES = 5;
const SEED = 6;
const ONLINE = 7;
const FINISHED = 8;
const PARKS = 9;
const BLOCKED_US = 10;
const FAILED_CLAIMS = 11;
const WORDS = 12;
/** A Worker that waits looks at the stop word this often (ms). */
const SLICE_MS = 50;

/** What the Workers are to send in one run. */
export interface RunPlan {
  /** A producer. */
  messages: number;
  messageBytes: number;
  seed: number;
}

/** What back-pressure and contention cost the producers' threads in one run, all together. */
export interface ProducerWaits {
  producerParks: number;
  producerBlockedUs: number;
  failedClaims: number;
}

export class ControlBlock {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory = new SharedArrayBuffer(WORDS * 4)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Consumer: make a run known. */
  announce(plan: RunPlan): void {
    this.#words[MESSAGES] = plan.messages;
    this.#words[MESSAGE_BYTES] = plan.messageBytes;
    this.#words[SEED] = plan.seed;
    for (const at of [READY, FINISHED, PARKS, BLOCKED_US, FAILED_CLAIMS]) {
      Atomics.store(this.#words, at, 0);
    }
    this.#signal(ANNOUNCED);
  }

  /** Consumer: how many Workers have prepared the announced run. */
  ready(): number {
    return Atomics.load(this.#words, READY);
  }

  /** Consumer: how many Workers have started. */
  online(): number {
    return Atomics.load(this.#words, ONLINE);
  }

  /** Worker: say that it has started. */
  comeOnline(): void {
    Atomics.add(this.#words, ONLINE, 1);
  }

  /** Consumer: let all Workers go. */
  release(): void {
    this.#signal(RELEASED);
  }

  /** Worker: this Worker's part of the run is sent; what waiting cost it. */
  finish(parks: number, blockedUs: number, failedClaims: number): void {
    Atomics.add(this.#words, PARKS, parks);
    Atomics.add(this.#words, BLOCKED_US, blockedUs);
    Atomics.add(this.#words, FAILED_CLAIMS, failedClaims);
    Atomics.add(this.#words, FINISHED, 1);
  }

  /** Consumer: how many Workers have finished the run. */
  finished(): number {
    return Atomics.load(this.#words, FINISHED);
  }

  /** Consumer: what waiting has cost all Workers in the run, once all have finished. */
  waits(): ProducerWaits {
    return {
      producerParks: Atomics.load(this.#words, PARKS),
      producerBlockedUs: Atomics.load(this.#words, BLOCKED_US),
      failedClaims: Atomics.load(this.#words, FAILED_CLAIMS),
    };
  }

  /** Consumer: every Worker leaves its loop at its next wait. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    this.#signal(ANNOUNCED);
    this.#signal(RELEASED);
  }

  /** Worker: block until run number `run` (from 1) is announced. Null when told to stop. */
  awaitPlan(run: number): RunPlan | null {
    if (!this.#awaitSignal(ANNOUNCED, run)) return null;
    return {
      messages: this.#words[MESSAGES],
      messageBytes: this.#words[MESSAGE_BYTES],
      seed: this.#words[SEED] >>> 0,
    };
  }

  /** Worker: say ready, then block until run number `run` is released. False when told to stop. */
  awaitRelease(run: number): boolean {
    Atomics.add(this.#words, READY, 1);
    return this.#awaitSignal(RELEASED, run);
  }

  #signal(at: number): void {
    Atomics.add(this.#words, at, 1);
    Atomics.notify(this.#words, at);
  }

  #awaitSignal(at: number, run: number): boolean {
    for (;;) {
      const seen = Atomics.load(this.#words, at);
      if (Atomics.load(this.#words, STOP) !== 0) return false;
      if (seen >= run) return true;
      Atomics.wait(this.#words, at, seen, SLICE_MS);
    }
  }
}
