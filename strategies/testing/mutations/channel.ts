/** Mistakes in `channel` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { everyThousandth, type Mutation, staleAfterWarmUp } from "./mutation.ts";

const CHANNEL = "strategies/channel.ts";
const channelByte = "ring[(position + HEADER_BYTES) & mask] = byte;";
const channelClaim = "    const position = this.#claim(recordBytes(1));\n";

export const CHANNEL_MUTATIONS: readonly Mutation[] = [
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
  lostWake(
    "channel:drain=batch",
    "the consumer of a byte",
    CHANNEL,
    "    Atomics.store(headers, (position & mask) >>> 2, 1);\n    sleeper.wake();",
    "    Atomics.store(headers, (position & mask) >>> 2, 1);\n    void sleeper;",
  ),
  lostWake(
    "channel:drain=batch",
    "the consumer of a message",
    CHANNEL,
    "    Atomics.store(headers, (position & mask) >>> 2, length);\n    sleeper.wake();",
    "    Atomics.store(headers, (position & mask) >>> 2, length);\n    void sleeper;",
  ),
  lostWake(
    "channel:drain=batch",
    "a producer that waits for room",
    CHANNEL,
    "      this.#freed = 0;\n      room.advance();\n",
  ),
  lostWake(
    "channel:drain=batch",
    "the consumer by the last close",
    CHANNEL,
    "if (this.#shared.lifecycle.closeOne(this.#worker)) this.#shared.sleeper.wake();",
    "this.#shared.lifecycle.closeOne(this.#worker);",
  ),
];
