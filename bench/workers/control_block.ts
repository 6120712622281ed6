/**
 * The shared words with which the consumer's thread directs its Workers: it announces a run, waits until all have
 * prepared it, and releases them together. None of this is a message, so nothing but the hand-off lies between the
 * start of the clock and the first byte.
 */
import { type Pace, SPACINGS } from "../latency/arrivals.ts";
import { type Workload, WORKLOADS } from "../workload/lines.ts";

const STOP = 0;
const ANNOUNCED = 1;
const READY = 2;
const RELEASED = 3;
const MESSAGES = 4;
const MESSAGE_BYTES = 5;
const SEED = 6;
const ONLINE = 7;
const FINISHED = 8;
const RUN = 9;
const PROOF = 10;
const PACED = 11;
const SPACING = 12;
const PACE_SEED = 13;
const WORKLOAD = 14;
const WORK_US = 15;
const SILENT = 16;
const LEAST_BYTES = 17;
const PRODUCERS = 18;
/** An even number, so that the sums after them are aligned. */
const WORDS = 20;
/** Sums that may pass 2^31, with 64 bits each, after the words. */
const SUMS = { parks: 0, blockedUs: 1, failedClaims: 2 } as const;
const SUM_COUNT = 3;
/** How often a waiting Worker reads the stop word (ms). */
const SLICE_MS = 50;

/** What the Workers are to send in one run. */
export interface RunPlan {
  /** Producers of all Workers together. */
  producers: number;
  /** Messages of each producer. */
  messages: number;
  /** Bytes of a message; of lines and of a mix, the longest. */
  messageBytes: number;
  /** Bytes of the shortest message of a mix; left out where all have the same size. */
  leastBytes?: number;
  /** Left out: messages of `messageBytes` bytes. */
  workload?: Workload;
  seed: number;
  /** The number of the run in its process, from 1. */
  run: number;
  /** µs that a producer works before each message; left out where it does not. */
  workUs?: number;
  /** Producers do everything except send; left out: the messages are sent. */
  isSilent?: boolean;
  /** One-byte messages in groups, over the small hand-off of the second pass. */
  proof: boolean;
  /** When messages are due; null: as soon as they can be sent. */
  pace: Pace | null;
}

/** What back-pressure and contention cost the threads of all producers together in one run. */
export interface ProducerWaits {
  producerParks: number;
  producerBlockedUs: number;
  failedClaims: number;
}

export class ControlBlock {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #sums: BigInt64Array;
  readonly #rate: Float64Array;

  constructor(memory = new SharedArrayBuffer(WORDS * 4 + (SUM_COUNT + 1) * 8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#sums = new BigInt64Array(memory, WORDS * 4, SUM_COUNT);
    this.#rate = new Float64Array(memory, WORDS * 4 + SUM_COUNT * 8, 1);
  }

  /** Consumer: make a run known. */
  announce(plan: RunPlan): void {
    this.#words[PRODUCERS] = plan.producers;
    this.#words[MESSAGES] = plan.messages;
    this.#words[MESSAGE_BYTES] = plan.messageBytes;
    this.#words[SEED] = plan.seed;
    this.#words[RUN] = plan.run;
    this.#words[PROOF] = plan.proof ? 1 : 0;
    this.#words[PACED] = plan.pace?.messages ?? 0;
    this.#words[SPACING] = SPACINGS.indexOf(plan.pace?.spacing ?? "exponential");
    this.#words[PACE_SEED] = plan.pace?.seed ?? 0;
    this.#words[WORKLOAD] = WORKLOADS.indexOf(plan.workload ?? "bytes");
    this.#words[WORK_US] = plan.workUs ?? 0;
    this.#words[LEAST_BYTES] = plan.leastBytes ?? plan.messageBytes;
    this.#words[SILENT] = plan.isSilent ? 1 : 0;
    this.#rate[0] = plan.pace?.ratePerS ?? 0;
    for (const at of [READY, FINISHED]) Atomics.store(this.#words, at, 0);
    for (const at of Object.values(SUMS)) Atomics.store(this.#sums, at, 0n);
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

  /** Worker: say that its part of the run is sent, and what waiting cost it. */
  finish(parks: number, blockedUs: number, failedClaims: number): void {
    Atomics.add(this.#sums, SUMS.parks, BigInt(parks));
    Atomics.add(this.#sums, SUMS.blockedUs, BigInt(Math.round(blockedUs)));
    Atomics.add(this.#sums, SUMS.failedClaims, BigInt(failedClaims));
    Atomics.add(this.#words, FINISHED, 1);
  }

  /** Consumer: how many Workers have finished the run. */
  finished(): number {
    return Atomics.load(this.#words, FINISHED);
  }

  /** Consumer: what waiting has cost all Workers in the run, once all have finished. */
  waits(): ProducerWaits {
    return {
      producerParks: Number(Atomics.load(this.#sums, SUMS.parks)),
      producerBlockedUs: Number(Atomics.load(this.#sums, SUMS.blockedUs)),
      failedClaims: Number(Atomics.load(this.#sums, SUMS.failedClaims)),
    };
  }

  /** Consumer: tell every Worker to leave its loop at its next wait. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    this.#signal(ANNOUNCED);
    this.#signal(RELEASED);
  }

  /** Worker: whether it is to leave. */
  isStopped(): boolean {
    return Atomics.load(this.#words, STOP) !== 0;
  }

  /** Worker: block until run number `run` (from 1) is announced. Null when told to stop. */
  awaitPlan(run: number): RunPlan | null {
    if (!this.#awaitSignal(ANNOUNCED, run)) return null;
    return {
      producers: this.#words[PRODUCERS],
      messages: this.#words[MESSAGES] >>> 0,
      messageBytes: this.#words[MESSAGE_BYTES],
      leastBytes: this.#words[LEAST_BYTES],
      workload: WORKLOADS[this.#words[WORKLOAD]],
      workUs: this.#words[WORK_US],
      isSilent: this.#words[SILENT] === 1,
      seed: this.#words[SEED] >>> 0,
      run: this.#words[RUN] >>> 0,
      proof: this.#words[PROOF] === 1,
      pace: this.#pace(),
    };
  }

  #pace(): Pace | null {
    const messages = this.#words[PACED] >>> 0;
    if (messages === 0) return null;
    return {
      ratePerS: this.#rate[0],
      spacing: SPACINGS[this.#words[SPACING]],
      seed: this.#words[PACE_SEED] >>> 0,
      messages,
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
