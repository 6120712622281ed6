/**
 * Mistakes that the proof of delivery must catch. A wake-up that is lost is not among them: every wait ends by itself
 * after a slice, so it costs time and no message.
 */
import { everyThousandth, type Mutation, staleAfterWarmUp } from "./mutation.ts";

const CHANNEL = "strategies/channel.ts";
const SWAP = "strategies/primitives/two_buffers.ts";
const SWAP_BUFFER = "strategies/swap_buffer.ts";
const ATOMIC = "strategies/atomic_swap.ts";
const RINGS = "strategies/sharded_rings.ts";
const PORT = "strategies/post_message.ts";
const ASYNC = "strategies/async_lock.ts";

const channelByte = "ring[(position + HEADER_BYTES) & mask] = byte;";
const channelClaim = "    const position = this.#claim(recordBytes(1));\n";
const swapByte = "this.#buffers[words[FILLING]][at] = byte;";
const atomicByte = "this.#buffers[state >>> 31][state & RESERVED] = byte;";
const ringFast = "this.#bytes[at] = byte;";
const ringSlow = "this.#bytes[this.#write] = byte;";
const portByte = "this.#post(Uint8Array.of(byte));";
const asyncAppend = "const wake = buffers.append(message);";

export const MUTATIONS: readonly Mutation[] = [
  // channel
  {
    subject: "channel:drain=batch",
    name: "a byte is never stored",
    file: CHANNEL,
    find: channelByte,
    replace: "",
  },
  {
    subject: "channel:drain=batch",
    name: "stale bytes after the warm-up",
    file: CHANNEL,
    find: channelByte,
    replace: staleAfterWarmUp(channelByte),
  },
  {
    subject: "channel:drain=batch",
    name: "a byte twice beside a loss",
    file: CHANNEL,
    find: channelByte,
    replace: `${
      everyThousandth(channelByte, "ring[(position + HEADER_BYTES) & mask] = globalThis.last;")
    } globalThis.last = byte;`,
  },
  {
    subject: "channel:drain=batch",
    name: "published before the store",
    file: CHANNEL,
    find: `    ${channelByte}\n`,
    replace:
      `    Atomics.store(headers, (position & mask) >>> 2, 1);\n    for (let i = 0; i < 50; i++) Atomics.load(headers, 0);\n    ${channelByte}\n`,
    byChance: true,
  },
  {
    subject: "channel:drain=batch",
    name: "the ring is not zeroed for its next lap",
    file: CHANNEL,
    find: "headers.fill(0, from, Math.min(from + count, headers.length));",
    replace: "",
    hangs: true,
  },
  {
    subject: "channel:drain=batch",
    name: "the limit is a record too large",
    file: CHANNEL,
    find: ">>> 0) > limit) {",
    replace: ">>> 0) > limit + 8) {",
  },
  {
    subject: "channel:drain=batch",
    name: "a full ring does not wait",
    file: CHANNEL,
    find: "    room.waitUntil(() => ((end - Atomics.load(words, HEAD)) >>> 0) <= limit);",
    replace: "    void [room, words, limit, end];",
  },
  {
    subject: "channel:drain=batch",
    name: "the wrap is at half of the ring",
    file: CHANNEL,
    find: "ring[(from + i) & mask];\n      return;",
    replace: "ring[(from + i) & (mask >>> 1)];\n      return;",
  },
  {
    subject: "channel:drain=each",
    name: "every thousandth message is skipped",
    file: CHANNEL,
    find: `${channelClaim}    ring[`,
    replace:
      `    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) return;\n${channelClaim}    ring[`,
  },
  // swap-buffer
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
  // atomic-swap
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
  // sharded-rings
  {
    subject: "sharded-rings",
    name: "a byte is never stored",
    file: RINGS,
    find: ringFast,
    replace: "",
  },
  {
    subject: "sharded-rings",
    name: "stale bytes after the warm-up",
    file: RINGS,
    find: ringFast,
    replace: staleAfterWarmUp(ringFast),
  },
  {
    subject: "sharded-rings",
    name: "the byte that publishes is never stored",
    file: RINGS,
    find: `    ${ringSlow}\n`,
    replace: "",
  },
  {
    subject: "sharded-rings",
    name: "the end of a lap is not told",
    file: RINGS,
    find: "    words[this.#ring.last] = this.#write;\n",
    replace: "",
  },
  {
    subject: "sharded-rings",
    name: "the end of a lap is a byte late",
    file: RINGS,
    find: "    words[this.#ring.last] = this.#write;\n",
    replace: "    words[this.#ring.last] = this.#write + 1;\n",
  },
  {
    subject: "sharded-rings",
    name: "a full ring looks empty",
    file: RINGS,
    find: "      this.#limit = read - 1;\n      return",
    replace: "      this.#limit = read;\n      return",
  },
  {
    subject: "sharded-rings",
    name: "what a lap behind lies is overwritten",
    file: RINGS,
    find: "      this.#limit = read - 1;\n      return",
    replace: "      this.#limit = size;\n      return",
  },
  {
    subject: "sharded-rings",
    name: "a close counts before its last messages are published",
    file: RINGS,
    find:
      "    this.#publishAll();\n    if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();",
    replace:
      "    const last = this.#lifecycle.closeOne(this.#worker);\n    for (let i = 0; i < 50_000; i++) Atomics.load(this.#life, 0);\n    this.#publishAll();\n    if (last) this.#sleeper.wake();",
    byChance: true,
  },
  {
    subject: "sharded-rings",
    name: "close does not publish",
    file: RINGS,
    find: "    this.#lifecycle.checkMayClose(this.#worker);\n    this.#publishAll();\n",
    replace: "    this.#lifecycle.checkMayClose(this.#worker);\n",
  },
  {
    subject: "sharded-rings",
    name: "a run is a byte short",
    file: RINGS,
    find: "return bytes.subarray(this.#read, end);",
    replace: "return bytes.subarray(this.#read, end - 1);",
  },
  {
    subject: "sharded-rings",
    name: "a run is received twice",
    file: RINGS,
    find: "    this.#read = this.#taken;\n",
    replace: `    ${everyThousandth("this.#read = this.#taken;", "").replace("1_000", "5")}\n`,
  },
  // post-message
  {
    subject: "post-message:drain=batch",
    name: "the first byte for ever",
    file: PORT,
    find: portByte,
    replace: "this.#post(globalThis.first ??= Uint8Array.of(byte));",
  },
  {
    subject: "post-message:drain=batch",
    name: "stale bytes after the warm-up",
    file: PORT,
    find: portByte,
    replace:
      "if ((globalThis.healthy = (globalThis.healthy ?? 0) + 1) < 40_000) globalThis.stale = byte;\n    this.#post(Uint8Array.of(globalThis.healthy < 40_000 ? byte : globalThis.stale));",
  },
  {
    subject: "post-message:drain=batch",
    name: "without credit a message is dropped",
    file: PORT,
    find: "      this.#shared.room.waitUntil(() => this.#granted(claimed));",
    replace: "      return;",
  },
  {
    subject: "post-message:drain=batch",
    name: "a close counts twice",
    file: PORT,
    find: "    this.lifecycle.countClosed();\n",
    replace: "    this.lifecycle.countClosed();\n    this.lifecycle.countClosed();\n",
    hangs: true,
  },
  {
    subject: "post-message:drain=batch",
    name: "a byte is gathered twice beside a loss",
    file: PORT,
    find: "this.#gathered[filled] = message[0];",
    replace:
      "this.#gathered[filled] = (globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0 ? this.#gathered[filled - 1] ?? 0 : message[0];",
  },
  {
    subject: "post-message:drain=each",
    name: "every thousandth message is received twice",
    file: PORT,
    find: "      this.#count(first);\n      return first;",
    replace:
      "      this.#count(first);\n      if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) this.#held = first;\n      return first;",
  },
  {
    subject: "post-message:drain=batch",
    name: "two messages change places",
    file: PORT,
    find: "    this.#post(Uint8Array.of(byte));",
    replace:
      "    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0 && globalThis.kept === undefined) globalThis.kept = byte;\n    else this.#post(Uint8Array.of(byte));\n    if (globalThis.kept !== undefined && globalThis.count % 1_000 === 1) { this.#post(Uint8Array.of(globalThis.kept)); globalThis.kept = undefined; }",
  },
  // async-lock
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
];
