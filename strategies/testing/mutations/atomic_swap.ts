/** Mistakes in `atomic-swap` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { type Mutation, staleAfterWarmUp } from "./mutation.ts";

const ATOMIC = "strategies/atomic_swap.ts";
const atomicByte = "this.#buffers[state >>> 31][state & RESERVED] = byte;";

export const ATOMIC_SWAP_MUTATIONS: readonly Mutation[] = [
  {
    subject: "atomic-swap",
    name: "a byte is never stored",
    file: ATOMIC,
    find: atomicByte,
    replace: "",
  },
  {
    subject: "atomic-swap",
    name: "stale bytes after the warm-up",
    file: ATOMIC,
    find: atomicByte,
    replace: staleAfterWarmUp(atomicByte),
  },
  {
    subject: "atomic-swap",
    name: "into the buffer that is being written",
    file: ATOMIC,
    find: atomicByte,
    replace: "this.#buffers[1 - (state >>> 31)][state & RESERVED] = byte;",
  },
  {
    subject: "atomic-swap",
    name: "void reservations count as bytes",
    file: ATOMIC,
    find:
      "return this.#reserved <= half ? this.#reserved : Atomics.load(words, END + this.#flipped);",
    replace: "void words;\n    return Math.min(half, this.#reserved);",
    hangs: true,
  },
  {
    subject: "atomic-swap",
    name: "a run is a byte short",
    file: ATOMIC,
    find: "subarray(0, valid);",
    replace: "subarray(0, valid - 1);",
  },
  {
    subject: "atomic-swap",
    name: "the end of a full buffer is one byte late",
    file: ATOMIC,
    find: "if ((state & RESERVED) >= this.#half) state",
    replace: "if ((state & RESERVED) > this.#half) state",
    hangs: true,
  },
  {
    subject: "atomic-swap",
    name: "the end is never told",
    file: ATOMIC,
    find: "      if (at <= half) Atomics.store(words, END + (state >>> 31), at);\n",
    replace: "",
    hangs: true,
  },
  {
    subject: "atomic-swap",
    name: "commits are carried over",
    file: ATOMIC,
    find: "      words[COMMITTED + worker * LINE + other] = 0;\n",
    replace: "",
    hangs: true,
  },
  {
    subject: "atomic-swap",
    name: "commits are not awaited",
    file: ATOMIC,
    find: "if (valid !== UNKNOWN && this.#committed() === valid) return valid;",
    replace: "if (valid !== UNKNOWN) return valid;",
    byChance: true,
    also: {
      file: ATOMIC,
      find: atomicByte,
      replace: `for (let i = 0; i < 50; i++) Atomics.load(this.#words, 0);\n    ${atomicByte}`,
    },
  },
  lostWake(
    "atomic-swap",
    "the consumer of a message",
    ATOMIC,
    "words[SLEEPER] === HUNGRY) {\n      this.#shared.sleeper.wake();",
    "words[SLEEPER] === HUNGRY) {",
  ),
  lostWake(
    "atomic-swap",
    "a producer that waits for room",
    ATOMIC,
    "    if (this.#shared.room.hasWaiters()) this.#shared.room.advance();\n",
  ),
  lostWake(
    "atomic-swap",
    "the consumer by the last close",
    ATOMIC,
    "if (this.#lifecycle.closeOne(this.#worker)) this.#shared.sleeper.wake();",
    "this.#lifecycle.closeOne(this.#worker);",
  ),
];
