/** Mistakes in `swap-buffer` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { type Mutation, planted, staleAfterWarmUp } from "./mutation.ts";

const SWAP = "strategies/primitives/two_buffers.ts";
const SWAP_BUFFER = "strategies/swap_buffer.ts";
const swapByte = "this.#buffers[words[FILLING]][at] = byte;";

const mistake = planted("swap-buffer", SWAP);
const unwoken = lostWake("swap-buffer", SWAP_BUFFER);

export const SWAP_BUFFER_MUTATIONS: readonly Mutation[] = [
  mistake("a byte is never stored", swapByte, ""),
  mistake("stale bytes after the warm-up", swapByte, staleAfterWarmUp(swapByte)),
  mistake("the buffer is not emptied, as in the post", "    this.words[FILL] = 0;\n", "", {
    hangs: true,
  }),
  mistake("the buffers are not exchanged", "    this.words[FILLING] = 1 - full;\n", ""),
  mistake(
    "one byte more than fits",
    "return this.words[FILL] + length <= this.half;",
    "return this.words[FILL] + length <= this.half + 1;",
  ),
  mistake("a batch is a byte short", "subarray(0, filled);", "subarray(0, filled - 1);"),
  mistake(
    "two neighbours change places",
    "    const full = this.words[FILLING];\n",
    "    const full = this.words[FILLING];\n    const swapped = this.#buffers[full];\n    if (filled > 1) [swapped[0], swapped[filled - 1]] = [swapped[filled - 1], swapped[0]];\n",
  ),
  planted("swap-buffer:wait=park", SWAP_BUFFER)(
    "the producers take no lock",
    "    this.#lifecycle.glance();\n    const length = this.#length === null ? 1",
    "    this.#mutex = { lock() {}, unlock() {} };\n    const length = this.#length === null ? 1",
    {
      also: {
        file: SWAP,
        find: `    ${swapByte}\n`,
        replace: `    for (let i = 0; i < 50; i++) Atomics.load(words, 0);\n    ${swapByte}\n`,
      },
      byChance: true,
    },
  ),
  unwoken(
    "the consumer of a byte",
    "appendByte(byte);\n    this.#mutex.unlock();\n    if (wake) this.#buffers.sleeper.wake();",
    "appendByte(byte);\n    this.#mutex.unlock();\n    void wake;",
  ),
  unwoken(
    "a producer that waits for room",
    "    if (batch !== null && this.#buffers.room.hasWaiters()) this.#buffers.room.advance();\n",
  ),
  unwoken(
    "the consumer by the last close",
    "if (this.#lifecycle.closeOne(this.#worker)) this.#buffers.sleeper.wake();",
    "this.#lifecycle.closeOne(this.#worker);",
  ),
  lostWake("swap-buffer:wait=park", "strategies/primitives/mutex.ts")(
    "who waits for the lock",
    "      Atomics.notify(this.#words, this.#at, 1);\n",
  ),
];
