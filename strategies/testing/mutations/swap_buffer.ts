/** Mistakes in `swap-buffer` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { type Mutation, staleAfterWarmUp } from "./mutation.ts";

const SWAP = "strategies/primitives/two_buffers.ts";
const SWAP_BUFFER = "strategies/swap_buffer.ts";
const swapByte = "this.#buffers[words[FILLING]][at] = byte;";

export const SWAP_BUFFER_MUTATIONS: readonly Mutation[] = [
  {
    subject: "swap-buffer",
    name: "a byte is never stored",
    file: SWAP,
    find: swapByte,
    replace: "",
  },
  {
    subject: "swap-buffer",
    name: "stale bytes after the warm-up",
    file: SWAP,
    find: swapByte,
    replace: staleAfterWarmUp(swapByte),
  },
  {
    subject: "swap-buffer",
    name: "the buffer is not emptied, as in the post",
    file: SWAP,
    find: "    this.words[FILL] = 0;\n",
    replace: "",
    hangs: true,
  },
  {
    subject: "swap-buffer",
    name: "the buffers are not exchanged",
    file: SWAP,
    find: "    this.words[FILLING] = 1 - full;\n",
    replace: "",
  },
  {
    subject: "swap-buffer",
    name: "one byte more than fits",
    file: SWAP,
    find: "return this.words[FILL] + length <= this.half;",
    replace: "return this.words[FILL] + length <= this.half + 1;",
  },
  {
    subject: "swap-buffer",
    name: "a run is a byte short",
    file: SWAP,
    find: "subarray(0, filled);",
    replace: "subarray(0, filled - 1);",
  },
  {
    subject: "swap-buffer",
    name: "two neighbours change places",
    file: SWAP,
    find: "    const full = this.words[FILLING];\n",
    replace:
      "    const full = this.words[FILLING];\n    const swapped = this.#buffers[full];\n    if (filled > 1) [swapped[0], swapped[filled - 1]] = [swapped[filled - 1], swapped[0]];\n",
  },
  {
    subject: "swap-buffer:wait=park",
    name: "the producers take no lock",
    file: SWAP_BUFFER,
    find: "    this.#lifecycle.glance();\n    const length = this.#length === null ? 1",
    replace:
      "    this.#mutex = { lock() {}, unlock() {} };\n    const length = this.#length === null ? 1",
    also: {
      file: SWAP,
      find: `    ${swapByte}\n`,
      replace: `    for (let i = 0; i < 50; i++) Atomics.load(words, 0);\n    ${swapByte}\n`,
    },
    byChance: true,
  },
  lostWake(
    "swap-buffer",
    "the consumer of a byte",
    SWAP_BUFFER,
    "appendByte(byte);\n    this.#mutex.unlock();\n    if (wake) this.#buffers.sleeper.wake();",
    "appendByte(byte);\n    this.#mutex.unlock();\n    void wake;",
  ),
  lostWake(
    "swap-buffer",
    "a producer that waits for room",
    SWAP_BUFFER,
    "    if (run !== null && this.#buffers.room.hasWaiters()) this.#buffers.room.advance();\n",
  ),
  lostWake(
    "swap-buffer",
    "the consumer by the last close",
    SWAP_BUFFER,
    "if (this.#lifecycle.closeOne(this.#worker)) this.#buffers.sleeper.wake();",
    "this.#lifecycle.closeOne(this.#worker);",
  ),
  lostWake(
    "swap-buffer:wait=park",
    "who waits for the lock",
    "strategies/primitives/mutex.ts",
    "      Atomics.notify(this.#words, this.#at, 1);\n",
  ),
];
