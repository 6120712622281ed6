/** Mistakes in `atomic-swap` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { type Mutation, planted, staleAfterWarmUp } from "./mutation.ts";

const ATOMIC = "strategies/atomic_swap.ts";
const atomicByte = "this.#buffers[state >>> 31][state & RESERVED] = byte;";

const mistake = planted("atomic-swap", ATOMIC);
const unwoken = lostWake("atomic-swap", ATOMIC);

export const ATOMIC_SWAP_MUTATIONS: readonly Mutation[] = [
  mistake("a byte is never stored", atomicByte, ""),
  mistake("stale bytes after the warm-up", atomicByte, staleAfterWarmUp(atomicByte)),
  mistake(
    "into the buffer that is being written",
    atomicByte,
    "this.#buffers[1 - (state >>> 31)][state & RESERVED] = byte;",
  ),
  mistake(
    "void reservations count as bytes",
    "return this.#reserved <= half ? this.#reserved : Atomics.load(words, END + this.#flipped);",
    "void words;\n    return Math.min(half, this.#reserved);",
    { hangs: true },
  ),
  mistake("a batch is a byte short", "subarray(0, valid);", "subarray(0, valid - 1);"),
  mistake(
    "the end of a full buffer is one byte late",
    "if ((state & RESERVED) >= this.#half) state",
    "if ((state & RESERVED) > this.#half) state",
    { hangs: true },
  ),
  mistake(
    "the end is never told",
    "      if (at <= half) Atomics.store(words, END + (state >>> 31), at);\n",
    "",
    { hangs: true },
  ),
  mistake("commits are carried over", "      words[COMMITTED + worker * LINE + other] = 0;\n", "", {
    hangs: true,
  }),
  mistake(
    "commits are not awaited",
    "if (valid !== UNKNOWN && this.#committed() === valid) return valid;",
    "if (valid !== UNKNOWN) return valid;",
    {
      byChance: true,
      also: {
        file: ATOMIC,
        find: atomicByte,
        replace: `for (let i = 0; i < 50; i++) Atomics.load(this.#words, 0);\n    ${atomicByte}`,
      },
    },
  ),
  unwoken(
    "the consumer of a message",
    "words[SLEEPER] === HUNGRY) {\n      this.#shared.sleeper.wake();",
    "words[SLEEPER] === HUNGRY) {",
  ),
  unwoken(
    "a producer that waits for room",
    "    if (this.#shared.room.hasWaiters()) this.#shared.room.advance();\n",
  ),
  unwoken(
    "the consumer by the last close",
    "if (this.#lifecycle.closeOne(this.#worker)) this.#shared.sleeper.wake();",
    "this.#lifecycle.closeOne(this.#worker);",
  ),
];
