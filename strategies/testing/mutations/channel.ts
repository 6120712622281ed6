/** Mistakes in `channel` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { everyThousandth, type Mutation, planted, staleAfterWarmUp } from "./mutation.ts";

const CHANNEL = "strategies/channel.ts";
const channelByte = "ring[(position + HEADER_BYTES) & mask] = byte;";
const channelClaim = "    const position = this.#claim(recordBytes(1));\n";

const mistake = planted("channel:drain=batch", CHANNEL);
const unwoken = lostWake("channel:drain=batch", CHANNEL);

export const CHANNEL_MUTATIONS: readonly Mutation[] = [
  mistake("a byte is never stored", channelByte, ""),
  mistake("stale bytes after the warm-up", channelByte, staleAfterWarmUp(channelByte)),
  mistake(
    "a byte twice beside a loss",
    channelByte,
    `${
      everyThousandth(channelByte, "ring[(position + HEADER_BYTES) & mask] = globalThis.last;")
    } globalThis.last = byte;`,
  ),
  mistake(
    "published before the store",
    `    ${channelByte}\n`,
    `    Atomics.store(headers, (position & mask) >>> 2, 1);\n    for (let i = 0; i < 50; i++) Atomics.load(headers, 0);\n    ${channelByte}\n`,
    { byChance: true },
  ),
  mistake(
    "the ring is not zeroed for its next lap",
    "headers.fill(0, from, Math.min(from + count, headers.length));",
    "",
    { hangs: true },
  ),
  mistake("the limit is a record too large", ">>> 0) > limit) {", ">>> 0) > limit + 8) {"),
  mistake(
    "a full ring does not wait",
    "    room.waitUntil(() => ((end - Atomics.load(words, HEAD)) >>> 0) <= limit);",
    "    void [room, words, limit, end];",
  ),
  mistake(
    "the wrap is at half of the ring",
    "ring[(from + i) & mask];\n      return;",
    "ring[(from + i) & (mask >>> 1)];\n      return;",
  ),
  planted("channel:drain=each", CHANNEL)(
    "every thousandth message is skipped",
    `${channelClaim}    ring[`,
    `    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) return;\n${channelClaim}    ring[`,
  ),
  unwoken(
    "the consumer of a byte",
    "    Atomics.store(headers, (position & mask) >>> 2, 1);\n    sleeper.wake();",
    "    Atomics.store(headers, (position & mask) >>> 2, 1);\n    void sleeper;",
  ),
  unwoken(
    "the consumer of a message",
    "    Atomics.store(headers, (position & mask) >>> 2, length);\n    sleeper.wake();",
    "    Atomics.store(headers, (position & mask) >>> 2, length);\n    void sleeper;",
  ),
  unwoken("a producer that waits for room", "      this.#freed = 0;\n      room.advance();\n"),
  unwoken(
    "the consumer by the last close",
    "if (this.#shared.lifecycle.closeOne(this.#worker)) this.#shared.sleeper.wake();",
    "this.#shared.lifecycle.closeOne(this.#worker);",
  ),
];
