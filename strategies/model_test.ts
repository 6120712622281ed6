/**
 * Every strategy against a model, which is a list for each Worker, all on this thread. In any sequence of calls each
 * message is received once, unchanged and in order, or was reported as dropped, and the end comes only after all have
 * closed.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { property } from "../bench/testing/property.ts";
import { parseParams } from "./params.ts";
import type { Handoff, Params, ParamSpec, Strategy } from "./strategy.ts";
import { chosenStrategies } from "./testing/chosen.ts";

/** Number of random sequences of calls for each strategy. */
const RUNS = 120;
const LONGEST = 4;
/** The most that a message takes beside its bytes: a length in front. */
const COST = 4;
/** The longest wait for a fuller batch (µs); with longer ones the test would mostly wait. */
const MOST_LINGER = 300;

type Call =
  | { call: "send" | "sendByte"; worker: number; length: number }
  | { call: "flush"; worker: number }
  | { call: "close"; worker: number }
  | { call: "receive" };

const worker = fc.nat(2);
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constantFrom("send" as const, "sendByte" as const),
      worker,
      length: fc.integer({ min: 1, max: LONGEST }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ call: "receive" as const }) },
  { weight: 1, arbitrary: fc.record({ call: fc.constant("flush" as const), worker }) },
  { weight: 1, arbitrary: fc.record({ call: fc.constant("close" as const), worker }) },
);

/** A value for each parameter; a number is either its default or as small as it can be. */
function paramsOf(specs: Readonly<Record<string, ParamSpec>>): fc.Arbitrary<Params> {
  return fc.record(Object.fromEntries(
    Object.entries(specs).map(([name, spec]): [string, fc.Arbitrary<string | number>] => {
      if ("choices" in spec) return [name, fc.constantFrom(...spec.choices)];
      // With fewer credits than waiting messages, the only thread would block.
      if (name === "credits") return [name, fc.constantFrom(0, spec.default)];
      const most = name === "linger" ? MOST_LINGER : Math.min(spec.max, 9);
      return [name, fc.oneof(fc.integer({ min: spec.min, max: most }), fc.constant(spec.default))];
    }),
  ));
}

for (const strategy of chosenStrategies()) {
  property(
    `${strategy.name} does what a list does`,
    RUNS,
    [
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(0, -64, 2 ** 31 - 64),
      paramsOf(strategy.params),
      fc.array(fc.array(call, { maxLength: 60 }), { minLength: 1, maxLength: 3 }),
    ],
    async (producers, more, firstPosition, given, rounds) => {
      const workers = producers.length;
      const capacity = Math.max(2, workers) * 3 * (LONGEST + COST) + more;
      const params = parseParams(strategy, given);
      const fan = strategy.open({
        ...{ producers, workers, capacity, messageBytes: 1, params, firstPosition },
      });
      // A pending `waitAsync` does not keep a process alive.
      const alive = setInterval(() => {}, 1_000);
      try {
        const model = new Model(strategy, fan, capacity, params.overflow);
        for (const [round, calls] of rounds.entries()) {
          if (round > 0) fan.consumer.reopen(producers);
          model.open(producers);
          for (const one of calls) await model.make(one);
          await model.end();
        }
      } finally {
        clearInterval(alive);
        fan.consumer.abort();
        for (const port of fan.transfers.flat()) port.close();
      }
    },
  );
}

class Model {
  readonly #strategy: Strategy;
  readonly #fan: Handoff;
  readonly #ends;
  readonly #room: number;
  readonly #drops: boolean;
  /** For each Worker, in the order of sending: the messages that were neither received nor dropped yet. */
  readonly #waiting: Uint8Array[][];
  #open: number[] = [];
  #sent = 0;
  /** The batch that the consumer holds, and a copy of its content when it was received. */
  #held = new Uint8Array(0);
  #copy = new Uint8Array(0);

  constructor(
    strategy: Strategy,
    fan: Handoff,
    capacity: number,
    overflow: Params[string] = "block",
  ) {
    this.#strategy = strategy;
    this.#fan = fan;
    this.#ends = fan.tickets.map((ticket) =>
      strategy.kind === "blocking"
        ? strategy.join(ticket, (dropped) => this.#take(dropped, overflow === "drop-newest"))
        : strategy.join(ticket)
    );
    this.#waiting = fan.tickets.map(() => []);
    this.#drops = overflow !== "block";
    // Either a buffer of two or a ring for each Worker, less what may be wasted at the end of a ring.
    this.#room = Math.floor(capacity / Math.max(2, fan.tickets.length)) - 2 * (LONGEST + COST);
  }

  open(producers: readonly number[]): void {
    this.#open = [...producers];
  }

  /** Makes the call, unless it would block the only thread. */
  async make(one: Call): Promise<void> {
    if (one.call === "receive") return await this.#receive();
    const worker = one.worker % this.#ends.length;
    const end = this.#ends[worker];
    if (one.call === "flush") return "flush" in end ? end.flush() : undefined;
    if (one.call === "close") return await this.#close(worker);
    const waits = [this.#held, ...this.#waiting.flat()]
      .reduce((sum, { length }) => sum + length + COST, 0);
    if (this.#open[worker] === 0 || (!this.#drops && waits > this.#room)) return;
    const isByte = one.call === "sendByte" && "sendByte" in end;
    const message = this.#message(worker, isByte ? 1 : one.length);
    // Before the call, since the message may be dropped during it.
    this.#waiting[worker].push(message);
    if (isByte) end.sendByte(message[0]);
    else await end.send(message);
  }

  /** The first byte identifies the Worker, the length and a number. */
  #message(worker: number, length: number): Uint8Array {
    const number = this.#sent++ & 15;
    const message = Uint8Array.from({ length }, (_, at) => (number * 37 + at * 101) & 255);
    message[0] = (worker << 6) | ((length - 1) << 4) | number;
    return message;
  }

  async #close(worker: number): Promise<void> {
    const close = async () => await this.#ends[worker].close();
    if (this.#open[worker] === 0) return await assert.rejects(close, RangeError);
    this.#open[worker]--;
    await close();
  }

  async #receive(): Promise<void> {
    const isOver = this.#open.every((count) => count === 0);
    if (!isOver) {
      // The consumer would ask for messages that are held back, but the thread that could answer is this one.
      for (const end of this.#ends) if ("flush" in end) end.flush();
      if (this.#waiting.flat().length === 0) return;
    }
    assert.deepEqual(this.#held, this.#copy, "a batch has changed before the next receive");
    const run = await this.#fan.consumer.receive();
    if (run === null) {
      assert.ok(isOver && this.#waiting.flat().length === 0, "the end came too early");
      this.#held = this.#copy = new Uint8Array(0);
      return;
    }
    assert.ok(run.length > 0, "an empty batch");
    this.#take(run);
    this.#held = run as Uint8Array<ArrayBuffer>;
    this.#copy = run.slice();
  }

  /** Checks that these are whole messages, each of them the oldest that is waiting of its Worker, or the newest. */
  #take(run: Uint8Array, newest = false): void {
    for (let at = 0; at < run.length;) {
      const waiting = this.#waiting[run[at] >>> 6] ?? [];
      const due = newest ? waiting.pop() : waiting.shift();
      const came = Array.from(run.subarray(at, at + 1 + ((run[at] >>> 4) & 3)));
      assert.deepEqual(came, Array.from(due ?? []), `at ${at} of ${run}`);
      at += came.length;
    }
  }

  /** Closes all producers, and checks that everything arrives. */
  async end(): Promise<void> {
    for (const [worker, open] of this.#open.entries()) {
      for (let left = open; left > 0; left--) await this.#close(worker);
    }
    while (this.#waiting.flat().length > 0) {
      const before = this.#waiting.flat().length;
      await this.#receive();
      assert.ok(this.#waiting.flat().length < before, `the end came, and ${before} wait`);
    }
    assert.equal(await this.#fan.consumer.receive(), null, this.#strategy.name);
    assert.equal(await this.#fan.consumer.receive(), null);
    this.#held = this.#copy = new Uint8Array(0);
  }
}
