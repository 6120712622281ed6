/** Mistakes in `sharded-rings` that the proof of delivery must catch. */
import { lostWake } from "./lost_wake.ts";
import { everyThousandth, type Mutation, staleAfterWarmUp } from "./mutation.ts";

const RINGS = "strategies/sharded_rings.ts";
const ringFast = "this.#bytes[at] = byte;";
const ringSlow = "this.#bytes[this.#write] = byte;";

export const SHARDED_RINGS_MUTATIONS: readonly Mutation[] = [
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
      "    const last = this.#lifecycle.closeOne(this.#worker);\n    for (let i = 0; i < 50_000; i++) Atomics.load(this.#words, 0);\n    this.#publishAll();\n    if (last) this.#sleeper.wake();",
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
  lostWake(
    "sharded-rings",
    "the consumer of a message",
    RINGS,
    "    if (watermark || (asked && this.#sleeper.isHungry())) this.#sleeper.wake();",
    "    void asked;",
  ),
  lostWake(
    "sharded-rings",
    "the consumer whose asking an empty flush has taken",
    RINGS,
    "    for (const reader of this.#readers) reader.ask();\n",
  ),
  lostWake(
    "sharded-rings",
    "a producer that waits for room",
    RINGS,
    "    if (room.hasWaiters()) room.advance();\n",
  ),
  lostWake(
    "sharded-rings",
    "the consumer by the last close",
    RINGS,
    "if (this.#lifecycle.closeOne(this.#worker)) this.#sleeper.wake();",
    // What is published wakes it, too: by then it sleeps again.
    "for (let i = 0; i < 5_000_000; i++) Atomics.load(this.#words, 0);\n    this.#lifecycle.closeOne(this.#worker);",
  ),
];
