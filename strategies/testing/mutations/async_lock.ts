/** Mistakes in `async-lock` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { type Mutation, planted } from "./mutation.ts";

const SWAP = "strategies/primitives/two_buffers.ts";
const ASYNC = "strategies/async_lock.ts";
const asyncAppend = "const wake = buffers.append(message);";

const mistake = planted("async-lock", ASYNC);
const unwoken = lostWake("async-lock", ASYNC);

export const ASYNC_LOCK_MUTATIONS: readonly Mutation[] = [
  mistake(
    "the first message for ever",
    asyncAppend,
    "const wake = buffers.append(globalThis.first ??= message.slice());",
  ),
  mistake(
    "stale bytes after the warm-up",
    asyncAppend,
    "if ((globalThis.healthy = (globalThis.healthy ?? 0) + 1) < 40_000) globalThis.stale = message.slice();\n    const wake = buffers.append(globalThis.healthy < 40_000 ? message : globalThis.stale);",
  ),
  mistake(
    "every thousandth message twice",
    asyncAppend,
    `${asyncAppend}\n    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) buffers.append(message);`,
  ),
  mistake(
    "a full buffer takes another message",
    "if (buffers.fits(message.length)) break;",
    "break;",
  ),
  mistake(
    "every fifth batch is dropped",
    "    const batch = buffers.swap(eager);\n",
    "    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 5 === 0) buffers.swap(true);\n    const batch = buffers.swap(eager);\n",
  ),
  mistake(
    "the consumer takes no lock",
    "    if (!await this.#lockForASlice()) return BUSY;\n",
    "    void BUSY;\n",
    {
      also: {
        file: SWAP,
        find: "    this.words[FILLING] = 1 - full;\n",
        replace:
          "    this.words[FILLING] = 1 - full;\n    for (let i = 0; i < 5_000; i++) Atomics.load(this.words, 0);\n",
      },
      byChance: true,
    },
  ),
  mistake(
    "the lock is never given back",
    `${asyncAppend}\n    this.#shared.unlock();`,
    asyncAppend,
    { hangs: true },
  ),
  unwoken("the consumer of a message", "    if (wake) buffers.sleeper.wake();", "    void wake;"),
  unwoken(
    "a producer that waits for room",
    "    if (batch !== null && buffers.room.hasWaiters()) buffers.room.advance();\n",
  ),
  unwoken(
    "the consumer by the last close",
    "if (lifecycle.closeOne(this.#worker)) sleeper.wake();",
    "lifecycle.closeOne(this.#worker);",
  ),
  lostWake("async-lock", "strategies/primitives/async_mutex.ts")(
    "who waits for the lock",
    "    if (Atomics.exchange(this.#words, this.#at, FREE) === CONTENDED) {\n      Atomics.notify(this.#words, this.#at, 1);\n    }\n",
    // Held so long that others come to wait for it.
    "    for (let i = 0; i < 1_000; i++) Atomics.load(this.#words, this.#at);\n    Atomics.exchange(this.#words, this.#at, FREE);\n",
  ),
];
