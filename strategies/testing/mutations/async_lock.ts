/** Mistakes in `async-lock` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import type { Mutation } from "./mutation.ts";

const SWAP = "strategies/primitives/two_buffers.ts";
const ASYNC = "strategies/async_lock.ts";
const asyncAppend = "const wake = buffers.append(message);";

export const ASYNC_LOCK_MUTATIONS: readonly Mutation[] = [
  {
    subject: "async-lock",
    name: "the first message for ever",
    file: ASYNC,
    find: asyncAppend,
    replace: "const wake = buffers.append(globalThis.first ??= message.slice());",
  },
  {
    subject: "async-lock",
    name: "stale bytes after the warm-up",
    file: ASYNC,
    find: asyncAppend,
    replace:
      "if ((globalThis.healthy = (globalThis.healthy ?? 0) + 1) < 40_000) globalThis.stale = message.slice();\n    const wake = buffers.append(globalThis.healthy < 40_000 ? message : globalThis.stale);",
  },
  {
    subject: "async-lock",
    name: "every thousandth message twice",
    file: ASYNC,
    find: asyncAppend,
    replace:
      `${asyncAppend}\n    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) buffers.append(message);`,
  },
  {
    subject: "async-lock",
    name: "a full buffer takes another message",
    file: ASYNC,
    find: "if (buffers.fits(message.length)) break;",
    replace: "break;",
  },
  {
    subject: "async-lock",
    name: "every fifth run is dropped",
    file: ASYNC,
    find: "    const run = buffers.swap(eager);\n",
    replace:
      "    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 5 === 0) buffers.swap(true);\n    const run = buffers.swap(eager);\n",
  },
  {
    subject: "async-lock",
    name: "the consumer takes no lock",
    file: ASYNC,
    find: "    if (!await this.#lockForASlice()) return BUSY;\n",
    replace: "    void BUSY;\n",
    also: {
      file: SWAP,
      find: "    this.words[FILLING] = 1 - full;\n",
      replace:
        "    this.words[FILLING] = 1 - full;\n    for (let i = 0; i < 5_000; i++) Atomics.load(this.words, 0);\n",
    },
    byChance: true,
  },
  {
    subject: "async-lock",
    name: "the lock is never given back",
    file: ASYNC,
    find: `${asyncAppend}\n    this.#shared.unlock();`,
    replace: asyncAppend,
    hangs: true,
  },
  lostWake(
    "async-lock",
    "the consumer of a message",
    ASYNC,
    "    if (wake) buffers.sleeper.wake();",
    "    void wake;",
  ),
  lostWake(
    "async-lock",
    "a producer that waits for room",
    ASYNC,
    "    if (run !== null && buffers.room.hasWaiters()) buffers.room.advance();\n",
  ),
  lostWake(
    "async-lock",
    "the consumer by the last close",
    ASYNC,
    "if (lifecycle.closeOne(this.#worker)) sleeper.wake();",
    "lifecycle.closeOne(this.#worker);",
  ),
  lostWake(
    "async-lock",
    "who waits for the lock",
    "strategies/primitives/async_mutex.ts",
    "    if (Atomics.exchange(this.#words, this.#at, FREE) === CONTENDED) {\n      Atomics.notify(this.#words, this.#at, 1);\n    }\n",
    // Held for long enough that others come to wait for it.
    "    for (let i = 0; i < 1_000; i++) Atomics.load(this.#words, this.#at);\n    Atomics.exchange(this.#words, this.#at, FREE);\n",
  ),
];
