/** Mistakes in `post-message` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { type Mutation, planted } from "./mutation.ts";

const PORT = "strategies/post_message.ts";
const portByte = "this.#post(Uint8Array.of(byte));";

const mistake = planted("post-message:drain=batch", PORT);
const unwoken = lostWake("post-message:drain=batch", PORT);

export const POST_MESSAGE_MUTATIONS: readonly Mutation[] = [
  mistake(
    "the first byte for ever",
    portByte,
    "this.#post(globalThis.first ??= Uint8Array.of(byte));",
  ),
  mistake(
    "stale bytes after the warm-up",
    portByte,
    "if ((globalThis.healthy = (globalThis.healthy ?? 0) + 1) < 40_000) globalThis.stale = byte;\n    this.#post(Uint8Array.of(globalThis.healthy < 40_000 ? byte : globalThis.stale));",
  ),
  mistake(
    "without credit a message is dropped",
    "      this.#shared.room.waitUntil(() => this.#granted(claimed));",
    "      return;",
  ),
  mistake(
    "a close counts twice",
    "    this.lifecycle.countClosed();\n",
    "    this.lifecycle.countClosed();\n    this.lifecycle.countClosed();\n",
    { hangs: true },
  ),
  mistake(
    "a byte is gathered twice beside a loss",
    "this.#gathered[filled] = message[0];",
    "this.#gathered[filled] = (globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0 ? this.#gathered[filled - 1] ?? 0 : message[0];",
  ),
  planted("post-message:drain=each", PORT)(
    "every thousandth message is received twice",
    "      this.#count(first);\n      return first;",
    "      this.#count(first);\n      if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0) this.#held = first;\n      return first;",
  ),
  mistake(
    "two messages change places",
    "    this.#post(Uint8Array.of(byte));",
    "    if ((globalThis.count = (globalThis.count ?? 0) + 1) % 1_000 === 0 && globalThis.kept === undefined) globalThis.kept = byte;\n    else this.#post(Uint8Array.of(byte));\n    if (globalThis.kept !== undefined && globalThis.count % 1_000 === 1) { this.#post(Uint8Array.of(globalThis.kept)); globalThis.kept = undefined; }",
  ),
  unwoken(
    "the consumer of a message",
    "    this.#port.postMessage(message);\n    sleeper.wake();",
    "    this.#port.postMessage(message);\n    void sleeper;",
  ),
  unwoken("a producer that waits for credit", "      this.#freed = 0;\n      room.advance();\n"),
  unwoken(
    "the consumer by a close",
    "    this.#lifecycle.leave(this.#worker);\n    this.#shared.sleeper.wake();",
    "    this.#lifecycle.leave(this.#worker);",
  ),
];
