/** Mistakes in `sharded-rings` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { everyThousandth, type Mutation, planted, staleAfterWarmUp } from "./mutation.ts";

const RINGS = "strategies/sharded_rings.ts";
const ringFast = "      bytes[at] = byte;\n";
const ringSlow = "this.#bytes[this.#write] = byte;";

const mistake = planted("sharded-rings", RINGS);
const unwoken = lostWake("sharded-rings", RINGS);

export const SHARDED_RINGS_MUTATIONS: readonly Mutation[] = [
  mistake("a byte is never stored", ringFast, ""),
  mistake("stale bytes after the warm-up", ringFast, staleAfterWarmUp(ringFast)),
  mistake("the byte that publishes is never stored", `    ${ringSlow}\n`, ""),
  mistake("the end of a lap is not told", "    words[LAST] = this.#write;\n", ""),
  mistake(
    "the end of a lap is a byte late",
    "    words[LAST] = this.#write;\n",
    "    words[LAST] = this.#write + 1;\n",
  ),
  mistake(
    "a full ring looks empty",
    "      this.#limit = (read - 1) | 0;\n      return",
    "      this.#limit = read;\n      return",
  ),
  mistake(
    "what a lap behind lies is overwritten",
    "      this.#limit = (read - 1) | 0;\n      return",
    "      this.#limit = end;\n      return",
  ),
  mistake(
    "a short message ignores the limit",
    "next < this.#publishBy && next <= this.#limit && bytes[0] === 0",
    "next < this.#publishBy && bytes[0] === 0",
  ),
  mistake(
    "a close counts before its last messages are published",
    "    this.#publishAll();\n    if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();",
    "    const last = this.#lifecycle.closeOne(this.#worker);\n    for (let i = 0; i < 50_000; i++) Atomics.load(this.#words, 0);\n    this.#publishAll();\n    if (last) this.#sleeper.wake();",
    { byChance: true },
  ),
  mistake(
    "close does not publish",
    "    this.#lifecycle.checkMayClose(this.#worker);\n    this.#publishAll();\n",
    "    this.#lifecycle.checkMayClose(this.#worker);\n",
  ),
  mistake(
    "a batch is a byte short",
    "return bytes.subarray(this.#read, end);",
    "return bytes.subarray(this.#read, end - 1);",
  ),
  mistake(
    "a batch is received twice",
    "    this.#read = this.#taken;\n",
    `    ${everyThousandth("this.#read = this.#taken;", "").replace("1_000", "5")}\n`,
  ),
  unwoken(
    "the consumer of a message",
    "    if (watermark || (asked && this.#sleeper.isHungry())) this.#sleeper.wake();",
    "    void asked;",
  ),
  unwoken(
    "the consumer whose asking an empty flush has taken",
    "    for (const reader of this.#readers) reader.ask();\n",
  ),
  unwoken("a producer that waits for room", "    if (room.hasWaiters()) room.advance();\n"),
  unwoken(
    "the consumer by the last close",
    "if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();",
    // A published message wakes it, too, so this waits until it sleeps again.
    "for (let i = 0; i < 5_000_000; i++) Atomics.load(this.#words, 0);\n    this.#lifecycle.closeOne(this.#worker);",
  ),
];
