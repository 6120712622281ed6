/**
 * One thread at a time: the turn that explored threads pass to each other, in shared words of their own.
 *
 * A thread stops before each operation that another thread may see, and says what it is about to do. The thread that
 * has the turn decides who goes on: as the prefix says, and after it the thread that went on last, as long as it can.
 * So a step without a change of threads costs no wake-up. Everything that happens is written to the log, from which
 * `search.ts` chooses the next prefix. After CHESS (Musuvathi and Qadeer, 2007), from which the preemption bound comes.
 */
import {
  BLOCKED,
  BY_TIME,
  DEATH_ADDRESS,
  DIES,
  DONE,
  ENTRY,
  GO,
  KIND,
  type Kind,
  KINDS,
  LAST,
  LOG,
  LOG_ENTRIES,
  LOG_LENGTH,
  LOST,
  MAX_STEPS,
  MORTAL,
  MOST_LOOKS,
  NOTIFIED,
  OUTCOME,
  OUTCOMES,
  OVERDUE,
  POISON,
  PREFIX,
  PREFIX_LENGTH,
  PROMOTED,
  READY,
  RESTING,
  SLICE_US,
  SLICES,
  SLOT,
  SLOTS,
  SPIN,
  STATE,
  STEPS,
  STOPPED,
  threadAt,
  THREADS,
  TIMED_US,
  WRITES,
} from "./control_block.ts";
import { Waiters } from "./waiters.ts";

/** The original functions; `instrument.ts` replaces those that strategies see. */
const { load, store, wait, notify, add } = Atomics;

/** Thrown to leave a thread that is in the middle of a schedule which is over, or that has died. */
export class Unwind extends Error {}

export class Turns {
  readonly words: Int32Array;
  readonly me: number;
  readonly waiters: Waiters;
  #dead = false;

  constructor(memory: SharedArrayBuffer, me: number) {
    this.words = new Int32Array(memory);
    this.me = me;
    this.waiters = new Waiters(this.words, me);
  }

  /**
   * Stops before an operation, until it is this thread's turn. Returns whether it was chosen to go on although it spins
   * and nobody has written since; it must then be allowed to look often enough.
   */
  stop(kind: Kind, address: number, spins: boolean): boolean {
    const { words, me } = this;
    this.#checkLives();
    words[threadAt(me, KIND)] = KINDS.indexOf(kind);
    words[threadAt(me, STATE)] = STOPPED;
    words[threadAt(me, SPIN)] = spins ? words[WRITES] + 1 : 0;
    this.#handOver();
    const idle = words[threadAt(me, SPIN)] === words[WRITES] + 1;
    words[threadAt(me, SPIN)] = 0;
    this.#dieIfChosen();
    this.#describe(kind, address);
    return idle;
  }

  /**
   * Blocks until it is notified, out of time or ready. Returns whether the time ended it.
   * @param usLimit µs; 0: no limit
   * @param ready 1: it can go on at once; 2: it can once a producer has died
   */
  block(usLimit: number, ready: 0 | 1 | 2): boolean {
    const { words, me } = this;
    this.#checkLives();
    words[threadAt(me, STATE)] = BLOCKED;
    words[threadAt(me, TIMED_US)] = usLimit;
    words[threadAt(me, READY)] = ready;
    words[threadAt(me, OVERDUE)] = 0;
    this.#handOver();
    words[threadAt(me, STATE)] = STOPPED;
    words[threadAt(me, TIMED_US)] = 0;
    words[threadAt(me, READY)] = 0;
    this.#dieIfChosen();
    return words[this.lastEntry()] >= BY_TIME;
  }

  /**
   * Begins a schedule. The consumer, whose memory is then ready, decides who starts; a producer gets here with its
   * first turn.
   */
  begin(): void {
    this.#dead = false;
    this.#checkLives();
    if (this.me === 0) this.#handOver();
    this.#dieIfChosen();
    this.#describe("start", 0);
  }

  end(): void {
    this.words[threadAt(this.me, STATE)] = DONE;
    if (this.words[POISON] === 0) this.#choose();
    add(this.words, RESTING, 1);
    notify(this.words, RESTING);
  }

  /** Unwinding runs code that the dead thread would not have run, which must not have any effect. */
  #checkLives(): void {
    if (this.#dead || this.words[POISON] !== 0) throw new Unwind();
  }

  #dieIfChosen(): void {
    if (this.words[this.lastEntry()] < DIES) return;
    this.describe("dies", DEATH_ADDRESS, 0, true);
    // A wake-up that comes later goes to another thread, and one that has already come is lost.
    for (const address of this.waiters.leave()) this.note("dies", address, 0, true);
    this.#dead = true;
    throw new Unwind();
  }

  /** Whether at the last choice nothing but time could make a thread go on. */
  get nobodyCould(): boolean {
    return (this.words[this.lastEntry() + 5] & 0xff) === 0;
  }

  /** Sleeps until the next schedule begins for this thread. */
  rest(): void {
    this.#sleep(true);
  }

  lastEntry(): number {
    return LOG + (this.words[LOG_LENGTH] - 1) * ENTRY;
  }

  /** Notes in the last entry what its operation has turned out to be. */
  #describe(kind: Kind, address: number): number {
    const at = this.lastEntry();
    this.words[at + 1] = KINDS.indexOf(kind);
    this.words[at + 2] = address;
    return at;
  }

  describe(kind: Kind, address: number, value: number, writes: boolean): void {
    const at = this.#describe(kind, address);
    this.words[at + 3] = value;
    this.words[at + 4] = writes ? 1 : 0;
  }

  /** Logs an operation before which the thread did not stop. */
  note(kind: Kind, address: number, value: number, writes: boolean): void {
    if (this.#dead) throw new Unwind();
    this.#append(-1, 0, 0);
    this.describe(kind, address, value, writes);
  }

  wrote(): void {
    this.words[WRITES]++;
  }

  isPromoted(address: number): boolean {
    return (this.words[PROMOTED + (address >>> 5)] & (1 << (address & 31))) !== 0;
  }

  #isEnabled(thread: number): boolean {
    const { words } = this;
    const state = words[threadAt(thread, STATE)];
    if (state !== BLOCKED) return state === STOPPED;
    const ready = words[threadAt(thread, READY)];
    if (ready === 1 || (ready === 2 && words[LOST] !== 0)) return true;
    // A thread in a blocking wait, slot 0, does not notice that one of its async waits has been notified.
    const blocking = words[threadAt(thread, SLOT)];
    if (blocking !== 0) return blocking === NOTIFIED;
    for (let slot = 1; slot < SLOTS; slot++) {
      if (words[threadAt(thread, SLOT + slot * 3)] === NOTIFIED) return true;
    }
    return false;
  }

  #handOver(): void {
    const chosen = this.#choose();
    if (chosen === this.me) return;
    this.#sleep();
  }

  /** Decides the next step and wakes its thread, or ends the schedule. */
  #choose(): number {
    const { words, me } = this;
    let enabled = 0;
    let idle = 0;
    let timed = 0;
    let mortal = 0;
    let soonest = -1;
    let least = Infinity;
    for (let next = 1; next <= THREADS; next++) {
      // Of equally long waits, that of the last thread ends last; otherwise it could starve the others.
      const thread = (words[LAST] + next) % THREADS;
      const bit = 1 << thread;
      const lives = words[threadAt(thread, STATE)] !== DONE;
      if (words[MORTAL] !== 0 && words[LOST] === 0 && thread > 0 && lives) mortal |= bit;
      if (this.#isEnabled(thread)) {
        const spin = words[threadAt(thread, SPIN)];
        if (spin !== 0 && spin === words[WRITES] + 1) idle |= bit;
        else enabled |= bit;
      } else if (words[threadAt(thread, STATE)] === BLOCKED) {
        const us = words[threadAt(thread, TIMED_US)];
        if (us === 0) continue;
        // A slice is long: no thread is off its core for that time while others make a few steps.
        if (us < SLICE_US) timed |= bit;
        const left = words[threadAt(thread, OVERDUE)] === 0 ? us : 0;
        if (left < least) [soonest, least] = [thread, left];
      }
    }
    // A thread that spins goes on if nobody else can.
    if (enabled === 0) enabled = idle;
    else timed |= idle;
    const late = soonest >= 0 && words[threadAt(soonest, TIMED_US)] >= SLICE_US;
    // If nobody can go on, time ends the shortest wait.
    if (enabled === 0 && soonest >= 0 && (!late || words[SLICES] !== 0)) timed |= 1 << soonest;
    let choice = -1;
    const step = words[STEPS];
    const last = words[LAST];
    if (step < words[PREFIX_LENGTH]) {
      choice = words[PREFIX + step];
      const bit = 1 << (choice % BY_TIME);
      const possible = choice >= DIES ? mortal : choice >= BY_TIME ? timed : enabled;
      if ((possible & bit) === 0) return this.#finish("diverged");
    } else if (enabled !== 0) {
      choice = last;
      while ((enabled & (1 << choice)) === 0) choice = (choice + 1) % THREADS;
    } else if (soonest >= 0) {
      if (late && words[SLICES] === 0) return this.#finish("lost wake-up");
      choice = soonest + BY_TIME;
    } else {
      const over = [0, 1, 2].every((thread) => words[threadAt(thread, STATE)] === DONE);
      return this.#finish(over ? "ended" : "deadlock");
    }
    if (step + 1 >= MAX_STEPS || words[LOG_LENGTH] + 2 * MOST_LOOKS >= LOG_ENTRIES) {
      return this.#finish("endless");
    }
    this.#append(choice, enabled | (timed << 8) | (mortal << 16), last);
    words[STEPS] = step + 1;
    const thread = choice % BY_TIME;
    if (choice === soonest + BY_TIME && enabled === 0 && words[SLICES] !== 0) this.#passTime();
    if (choice >= DIES) words[LOST] = thread;
    words[LAST] = thread;
    if (thread !== me) this.#wake(thread);
    return thread;
  }

  /**
   * A wait that only time can end may last longer than any other (`LONG_US`). So short waits that are repeated without
   * end, such as those for the lock of a dead thread, do not keep others from ending.
   */
  #passTime(): void {
    for (let thread = 0; thread < THREADS; thread++) this.words[threadAt(thread, OVERDUE)] = 1;
  }

  #append(choice: number, enabled: number, last: number): void {
    const at = LOG + this.words[LOG_LENGTH]++ * ENTRY;
    this.words.fill(0, at, at + ENTRY);
    this.words[at] = choice;
    this.words[at + 5] = enabled;
    this.words[at + 6] = last;
    this.words[at + 7] = choice < 0 ? this.me : choice % BY_TIME;
  }

  #finish(outcome: string): number {
    const { words, me } = this;
    words[OUTCOME] = OUTCOMES.indexOf(outcome);
    store(words, POISON, 1);
    for (let thread = 0; thread < THREADS; thread++) {
      if (thread !== me && words[threadAt(thread, STATE)] !== DONE) this.#wake(thread);
    }
    if (words[threadAt(me, STATE)] === DONE) return me;
    throw new Unwind();
  }

  #wake(thread: number): void {
    const at = threadAt(thread, GO);
    store(this.words, at, 1);
    notify(this.words, at, 1);
  }

  #sleep(between = false): void {
    const at = threadAt(this.me, GO);
    while (load(this.words, at) === 0) wait(this.words, at, 0);
    store(this.words, at, 0);
    if (!between && load(this.words, POISON) !== 0) throw new Unwind();
  }
}
