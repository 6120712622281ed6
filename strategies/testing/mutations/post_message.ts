/** Mistakes in `post-message` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import type { Mutation } from "./mutation.ts";

const PORT = "strategies/post_message.ts";
const portByte = "this.#post(Uint8Array.of(byte));";

export const POST_MESSAGE_MUTATIONS: readonly Mutation[] = [
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
  lostWake(
    "post-message:drain=batch",
    "the consumer of a message",
    PORT,
    "    this.#port.postMessage(message);\n    sleeper.wake();",
    "    this.#port.postMessage(message);\n    void sleeper;",
  ),
  lostWake(
    "post-message:drain=batch",
    "a producer that waits for credit",
    PORT,
    "      this.#freed = 0;\n      room.advance();\n",
  ),
  lostWake(
    "post-message:drain=batch",
    "the consumer by a close",
    PORT,
    "    this.#lifecycle.leave(this.#worker);\n    this.#shared.sleeper.wake();",
    "    this.#lifecycle.leave(this.#worker);",
  ),
];
