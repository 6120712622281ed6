/** What an engine keeps for `Atomics.wait` and `notify`: which threads wait for which word, in which order. */
import {
  NOTIFIED,
  SEQUENCE,
  SLOT,
  SLOT_AT,
  SLOT_ORDER,
  SLOT_STATE,
  SLOTS,
  threadAt,
  THREADS,
  WAITING,
} from "./control_block.ts";

/** This state as one thread uses it. */
export class Waiters {
  readonly #words: Int32Array;
  readonly #me: number;

  constructor(words: Int32Array, me: number) {
    this.#words = words;
    this.#me = me;
  }

  enqueue(slot: number, address: number): void {
    const at = threadAt(this.#me, SLOT + slot * 3);
    this.#words[at + SLOT_STATE] = WAITING;
    this.#words[at + SLOT_AT] = address;
    this.#words[at + SLOT_ORDER] = this.#words[SEQUENCE]++;
  }

  /** Returns whether the thread was notified. */
  dequeue(slot: number): boolean {
    const at = threadAt(this.#me, SLOT + slot * 3);
    const notified = this.#words[at + SLOT_STATE] === NOTIFIED;
    this.#words[at + SLOT_STATE] = 0;
    return notified;
  }

  isNotified(slot: number): boolean {
    return this.#words[threadAt(this.#me, SLOT + slot * 3) + SLOT_STATE] === NOTIFIED;
  }

  freeSlot(): number {
    for (let slot = 1; slot < SLOTS; slot++) {
      if (this.#words[threadAt(this.#me, SLOT + slot * 3)] === 0) return slot;
    }
    throw new Error("a thread waits for more words at a time than the explorer has room for");
  }

  notifyAll(address: number, count: number): number {
    const words = this.#words;
    const found: number[] = [];
    for (let thread = 0; thread < THREADS; thread++) {
      for (let slot = 0; slot < SLOTS; slot++) {
        const at = threadAt(thread, SLOT + slot * 3);
        if (words[at] === WAITING && words[at + SLOT_AT] === address) found.push(at);
      }
    }
    found.sort((a, b) => words[a + SLOT_ORDER] - words[b + SLOT_ORDER]);
    const woken = found.slice(0, count);
    for (const at of woken) words[at] = NOTIFIED;
    return woken.length;
  }

  /** Called when the thread has died. Returns the words for which it waited. */
  leave(): number[] {
    const slots = Array.from({ length: SLOTS }, (_, slot) => threadAt(this.#me, SLOT + slot * 3));
    const left = slots.filter((at) => this.#words[at + SLOT_STATE] !== 0);
    for (const at of left) this.#words[at + SLOT_STATE] = 0;
    return left.map((at) => this.#words[at + SLOT_AT]);
  }
}
