/**
 * Mistakes that only show in certain interleavings, such as lost wake-ups, for the explorer to find. Each may go
 * unnoticed if threads happen not to meet.
 */
import { type Mutation, planted } from "./mutation.ts";

const MUTEX = "strategies/primitives/mutex.ts";
const PARKING = "strategies/primitives/parking.ts";
const POLLING = "strategies/primitives/consumer.ts";
const SWAP = "strategies/swap_buffer.ts";
const CHANNEL = "strategies/channel.ts";
const ATOMIC = "strategies/atomic_swap.ts";
const RINGS = "strategies/sharded_rings.ts";
const ASYNC = "strategies/async_lock.ts";
const NOTIFY = "      Atomics.notify(this.#words, this.#at, 1);\n";
const RECHECK = "        announced = true;\n        continue;\n";
const NO_RECHECK = "        announced = true;\n";
const PARK = "        Atomics.wait(this.#words, this.#epoch, epoch, SLICE_MS);";
const PARK_LATE =
  "        Atomics.wait(this.#words, this.#epoch, epoch - epoch + Atomics.load(this.#words, this.#epoch), SLICE_MS);";
const ENDED = "      if (batch === null && closed) {";
const ENDED_LATE = "      if (batch === null && this.allClosed()) {";

export const INTERLEAVINGS: readonly Mutation[] = [
  planted("swap-buffer", MUTEX)("unlock without notify", NOTIFY, ""),
  planted("swap-buffer", MUTEX)(
    "a woken waiter takes the lock as uncontended",
    "    if (Atomics.exchange(this.#words, this.#at, CONTENDED) === FREE) return true;\n",
    "    if (Atomics.compareExchange(this.#words, this.#at, FREE, HELD) === FREE) return true;\n" +
      "    if (Atomics.compareExchange(this.#words, this.#at, HELD, CONTENDED) === FREE) return false;\n",
  ),
  planted("swap-buffer", MUTEX)(
    "unlock in two operations",
    "    if (Atomics.exchange(this.#words, this.#at, FREE) === CONTENDED) {",
    "    const was = Atomics.load(this.#words, this.#at);\n    Atomics.store(this.#words, this.#at, FREE);\n    if (was === CONTENDED) {",
  ),
  planted("swap-buffer", MUTEX)(
    "a thread that an abort ends keeps its wake-up",
    "      if (!held && this.#lifecycle.aborted()) Atomics.notify(this.#words, this.#at, 1);\n",
    "",
  ),
  planted("swap-buffer", SWAP)(
    "a swap wakes nobody who waits for room",
    "    if (batch !== null && this.#buffers.room.hasWaiters()) this.#buffers.room.advance();\n",
    "",
  ),
  planted("swap-buffer", POLLING)("no second look before sleeping", RECHECK, NO_RECHECK),
  planted("swap-buffer", PARKING)("the event count is read after the look", PARK, PARK_LATE),
  planted("swap-buffer", PARKING)(
    "a waiter is not counted",
    "waitUntil(ready: () => boolean): void {\n    const since = performance.now();\n    Atomics.add(this.#words, this.#waiters, 1);",
    "waitUntil(ready: () => boolean): void {\n    const since = performance.now();\n    Atomics.add(this.#words, this.#waiters, 0);",
  ),
  planted("channel", CHANNEL)(
    "published before the store",
    "    ring[(position + HEADER_BYTES) & mask] = byte;\n    Atomics.store(headers, (position & mask) >>> 2, 1);\n",
    "    Atomics.store(headers, (position & mask) >>> 2, 1);\n    ring[(position + HEADER_BYTES) & mask] = byte;\n",
  ),
  planted("channel", CHANNEL)(
    "space is given back before it is zeroed",
    "    const from = (this.#head & mask) >>> 2;\n",
    "    const from = (this.#head & mask) >>> 2;\n    Atomics.store(words, HEAD, this.#taken);\n",
  ),
  planted("channel", CHANNEL)(
    "a place is claimed in two operations",
    "    const position = Atomics.add(words, TAIL, record);\n",
    "    const position = Atomics.load(words, TAIL);\n    Atomics.store(words, TAIL, position + record);\n",
  ),
  planted("channel", CHANNEL)(
    "the consumer is woken before the message is published",
    "    Atomics.store(headers, (position & mask) >>> 2, 1);\n    sleeper.wake();\n",
    "    sleeper.wake();\n    Atomics.store(headers, (position & mask) >>> 2, 1);\n",
  ),
  planted("channel", CHANNEL)(
    "room is given back and nobody told",
    "if ((idle || this.#freed >= limit / 2) && room.hasWaiters()) {",
    "if (idle && this.#freed > limit && room.hasWaiters()) {",
  ),
  planted("channel", POLLING)("the end is looked for after the poll", ENDED, ENDED_LATE),
  planted("atomic-swap", ATOMIC)(
    "commits are not awaited",
    "if (valid !== UNKNOWN && this.#committed() === valid) return valid;",
    "if (valid !== UNKNOWN) return valid;",
  ),
  planted("atomic-swap", ATOMIC)(
    "committed before the copy",
    "    this.#buffers[state >>> 31][state & RESERVED] = byte;\n    this.#commit(state, 1);\n",
    "    this.#commit(state, 1);\n    this.#buffers[state >>> 31][state & RESERVED] = byte;\n",
  ),
  planted("atomic-swap", ATOMIC)(
    "the flip is two operations",
    "    this.#reserved = Atomics.exchange(words, STATE, other << 31) & RESERVED;\n",
    "    this.#reserved = Atomics.load(words, STATE) & RESERVED;\n    Atomics.store(words, STATE, other << 31);\n",
  ),
  planted("atomic-swap", ATOMIC)(
    "a reservation that is never committed",
    "      if (at <= half) Atomics.store(words, END + (state >>> 31), at);\n",
    "",
  ),
  planted("atomic-swap", ATOMIC)(
    "counts are cleared after the flip",
    "    this.#flipped = full;\n    return true;\n",
    "    this.#flipped = full;\n    for (let worker = 0; worker < workers; worker++) words[COMMITTED + worker * LINE + other] = 0;\n    return true;\n",
  ),
  planted("atomic-swap", POLLING)("the end is looked for after the poll", ENDED, ENDED_LATE),
  planted("sharded-rings", RINGS)(
    "published before the store",
    "    this.#bytes[this.#write] = byte;\n    this.#wrote(1, false);\n",
    "    this.#wrote(1, false);\n    this.#bytes[this.#write - 1] = byte;\n",
  ),
  // sharded-rings would show it only after 64 messages, which it publishes one by one.
  planted("patient-rings", RINGS)(
    "closed before the last messages are published",
    "    this.#publishAll();\n    if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();\n",
    "    const last = this.#lifecycle.closeOne(this.#worker);\n    this.#publishAll();\n    if (last) this.#sleeper.wake();\n",
  ),
  planted("sharded-rings", RINGS)(
    "space is given back when it is taken",
    "    this.ask();\n    return bytes.subarray(this.#read, end);\n",
    "    this.ask();\n    Atomics.store(words, READ, end);\n    return bytes.subarray(this.#read, end);\n",
  ),
  planted("sharded-rings", POLLING)(
    "a consumer sleeps and has not asked",
    "        if (hungry) this.ask();\n",
    "",
  ),
  planted("async-lock", "strategies/primitives/async_mutex.ts")(
    "unlock without notify",
    NOTIFY,
    "",
  ),
  planted("async-lock", "strategies/primitives/async_mutex.ts")(
    "a thread that an abort ends keeps its wake-up",
    "    if (this.#lifecycle.aborted()) Atomics.notify(this.#words, this.#at, 1);\n",
    "",
  ),
  planted("async-lock", "strategies/primitives/async_mutex.ts")(
    "a woken task takes the lock as uncontended",
    "    const taken = slept ? CONTENDED : HELD;\n",
    "    const taken = slept ? HELD : HELD;\n",
  ),
  planted("async-lock", "strategies/primitives/ticket_lock.ts")(
    "the next ticket's thread is not woken",
    "    if (!this.#serve(served)) Atomics.notify(this.#words, this.#served);\n",
    "    this.#serve(served);\n",
  ),
  planted("async-lock", ASYNC)(
    "a swap wakes nobody who waits for room",
    "    if (batch !== null && buffers.room.hasWaiters()) buffers.room.advance();\n",
    "",
  ),
  planted("ticket-swap", "strategies/alternatives/ticket_swap.ts")(
    "one of those who wait is woken",
    "Atomics.notify(words, servedAt);",
    "Atomics.notify(words, servedAt, 1);",
  ),
];
